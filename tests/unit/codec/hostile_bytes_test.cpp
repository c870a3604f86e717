// What holds for the decoder of every record kind, whatever bytes it meets: it answers with the record that was stored,
// or says what is wrong. Run under AddressSanitizer it also shows that nothing is read past the end.
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"
#include "support/record_reading.hpp"
#include "support/sealing.hpp"
#include "support/test_seed.hpp"
#include "support/token_builders.hpp"
#include "unit/codec/decode_status_printer.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using test::body_of;
using test::ExactCopy;
using test::hex_of;
using test::Read;
using test::read_family_end;
using test::read_index_entry;
using test::read_number;
using test::read_token;
using test::read_user_end;
using test::Reading;
using test::sealed;
using tokenstore::test::make_family_id;
using tokenstore::test::make_hash;
using tokenstore::test::make_token;
using tokenstore::test::make_token_id;
using tokenstore::test::make_user_id;
using tokenstore::test::with_all_fields;

struct Sample {
    std::string_view what;
    std::string key;
    std::string stored;
    Read read;

    [[nodiscard]] Reading read_exact(std::string_view bytes) const {
        const ExactCopy copy(bytes);
        return read(key, copy.view());
    }
};

Sample token_sample(std::string_view what, const Token& token) {
    return {what, std::string(token_key(token.hash)), encode_token(token), read_token};
}

template <class Owner, class Entry>
Sample index_sample(std::string_view what, const Id<Owner>& owner, Entry entry) {
    const std::string key(index_key(owner, make_token_id(1)).view());
    entry.expires_at_us = entry.issue_stamp_us = tokenstore::test::ManualClock::first_wall_us;
    return {what, key, encode_index_entry(key, entry), read_index_entry<Entry>};
}

Token token_with_texts_only() {
    Token token = make_token(3);
    token.device_id = "";
    token.device_name = "phone";
    token.ip_address = "";
    return token;
}

Token token_with_packed_texts() {
    Token token = make_token(5);
    token.device_id = "2d90a270-2628-469a-bab7-8a24257b2799";
    token.ip_address = "2001:db8::17";
    return token;
}

Token token_of_greatest_size() {
    Token token = with_all_fields(make_token(4));
    token.device_id = std::string(255, 'd');
    token.device_name = std::string(400, 'n');
    token.ip_address = std::string(45, '1');
    return token;
}

std::vector<Sample> make_samples() {
    const std::string family_key(family_end_key(make_family_id(1)).view());
    const std::string listed_key(ended_family_key(make_user_id(1), make_family_id(1)).view());
    const std::string user_key(user_end_key(make_user_id(1)).view());
    const model::FamilyEnd family_end{.ended_at_us = 5, .keep_until_us = 7};
    const model::UserEnd user_end{.ended_at_us = 5, .keep_until_us = 7, .stamp_us = 6};
    return {
        token_sample("a bare token", make_token(1)),
        token_sample("a token with all fields", with_all_fields(make_token(2))),
        token_sample("a token with texts, some empty", token_with_texts_only()),
        token_sample("a token of the greatest size", token_of_greatest_size()),
        token_sample("a token with packed texts", token_with_packed_texts()),
        index_sample("an index entry of a family", make_family_id(1), FamilyIndexEntry{.user_id = make_user_id(1)}),
        index_sample("an index entry of a user", make_user_id(1),
                     UserIndexEntry{.family_id = make_family_id(1), .tip = make_hash(1)}),
        {"the end of a family", family_key, encode_family_end(family_key, family_end), read_family_end},
        {"the end of a family in its user's list", listed_key, encode_family_end(listed_key, family_end),
         read_family_end},
        {"the end of a user", user_key, encode_user_end(user_key, user_end), read_user_end},
        {"a number", std::string(clock_key), encode_number(clock_key, 7), read_number},
    };
}

const std::vector<Sample>& samples() {
    static const auto all = make_samples();
    return all;
}

void flip(std::string& bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(static_cast<std::uint8_t>(bytes[bit / 8]) ^ (1U << bit % 8));
}

/// Under a checksum that is right, bytes are either refused or the one encoding of what was read from them.
void check_refused_or_read_right(const Sample& sample, const std::string& body) {
    const std::string stored = sealed(body, sample.key);
    const Reading reading = sample.read_exact(stored);
    if (reading.status != DecodeStatus::ok) return;
    BOOST_TEST(hex_of(reading.written_again) == hex_of(stored), sample.what);
}

BOOST_AUTO_TEST_SUITE(hostile_bytes)

BOOST_AUTO_TEST_CASE(a_record_is_read_as_it_was_written) {
    for (const Sample& sample : samples()) {
        const Reading reading = sample.read_exact(sample.stored);
        BOOST_TEST(reading.status == DecodeStatus::ok, sample.what);
        BOOST_TEST(hex_of(reading.written_again) == hex_of(sample.stored), sample.what);
    }
}

BOOST_AUTO_TEST_CASE(every_truncated_record_is_refused) {
    for (const Sample& sample : samples()) {
        for (std::size_t size = 0; size < sample.stored.size(); ++size) {
            const auto status = sample.read_exact(sample.stored.substr(0, size)).status;
            BOOST_TEST(status != DecodeStatus::ok, sample.what << " cut to " << size);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_record_with_one_flipped_bit_is_refused) {
    for (const Sample& sample : samples()) {
        for (std::size_t bit = 0; bit < sample.stored.size() * 8; ++bit) {
            std::string bytes = sample.stored;
            flip(bytes, bit);
            BOOST_TEST(sample.read_exact(bytes).status != DecodeStatus::ok, sample.what << ", bit " << bit);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_record_moved_under_a_key_with_one_flipped_bit_is_refused) {
    for (const Sample& sample : samples()) {
        for (std::size_t bit = 0; bit < sample.key.size() * 8; ++bit) {
            std::string other_key = sample.key;
            flip(other_key, bit);
            BOOST_TEST(sample.read(other_key, sample.stored).status == DecodeStatus::bad_checksum,
                       sample.what << ", bit " << bit);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_truncated_body_is_refused_under_a_right_checksum_too) {
    for (const Sample& sample : samples()) {
        const std::string body = body_of(sample.stored);
        for (std::size_t size = 0; size < body.size(); ++size) {
            const auto status = sample.read_exact(sealed(body.substr(0, size), sample.key)).status;
            const bool refused = status == DecodeStatus::truncated || status == DecodeStatus::malformed;
            BOOST_TEST(refused, sample.what << " cut to " << size);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_longer_body_is_malformed_under_a_right_checksum) {
    for (const Sample& sample : samples()) {
        for (const std::size_t more : {1U, 2U, 8U, 16U, 1000U}) {
            const auto reading =
                sample.read_exact(sealed(body_of(sample.stored) + std::string(more, '\1'), sample.key));
            BOOST_TEST(reading.status == DecodeStatus::malformed, sample.what << " and " << more << " bytes");
        }
    }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_under_a_right_checksum_is_refused_or_read_as_what_it_says) {
    for (const Sample& sample : samples()) {
        for (std::size_t bit = 0; bit < body_of(sample.stored).size() * 8; ++bit) {
            std::string body = body_of(sample.stored);
            flip(body, bit);
            check_refused_or_read_right(sample, body);
        }
    }
}

BOOST_AUTO_TEST_CASE(random_damage_under_a_right_checksum_is_refused_or_read_as_what_it_says) {
    std::mt19937_64 random(tokenstore::test::test_seed());
    for (const Sample& sample : samples()) {
        for (int i = 0; i < 1000; ++i) {
            std::string body = body_of(sample.stored);
            for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
                body[1 + random() % (body.size() - 1)] = static_cast<char>(random());
            }
            body.resize(1 + random() % (body.size() + 8), static_cast<char>(random()));
            check_refused_or_read_right(sample, body);
        }
    }
}

BOOST_AUTO_TEST_CASE(random_bytes_under_a_right_checksum_are_refused_or_read_as_what_they_say) {
    std::mt19937_64 random(tokenstore::test::test_seed());
    for (const Sample& sample : samples()) {
        for (int i = 0; i < 1000; ++i) {
            std::string body(1 + random() % 400, '\0');
            for (char& byte : body) byte = static_cast<char>(random());
            body.front() = static_cast<char>(record_version);
            check_refused_or_read_right(sample, body);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
