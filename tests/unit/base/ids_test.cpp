#include "failing_random.hpp"

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/ids.hpp>

namespace tokenstore {
namespace {

static_assert(!std::is_convertible_v<TokenId, FamilyId> && !std::is_convertible_v<FamilyId, UserId>);

constexpr std::string_view hash_text = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1dfeff";
constexpr std::string_view uuid_text = "019db28a-edda-736e-ae9a-991ffac88824";

std::uint64_t milliseconds_of(const TokenId& id) {
    std::uint64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | id.bytes[i];
    return milliseconds;
}

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(a_token_hash_survives_its_text) {
    const auto hash = parse_token_hash(hash_text);
    BOOST_TEST_REQUIRE(hash.has_value());
    BOOST_TEST(hash->bytes.front() == 0x00);
    BOOST_TEST(hash->bytes[10] == 0x0a);
    BOOST_TEST(hash->bytes.back() == 0xff);
    BOOST_TEST(to_hex(*hash) == hash_text);
}

BOOST_AUTO_TEST_CASE(a_token_hash_in_upper_case_is_the_same_hash) {
    const auto upper = parse_token_hash("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1DFEFF");
    BOOST_TEST_REQUIRE(upper.has_value());
    BOOST_TEST(to_hex(*upper) == hash_text);
}

BOOST_AUTO_TEST_CASE(anything_but_64_hex_digits_is_no_token_hash) {
    const std::string good(hash_text);
    const std::vector<std::string> malformed{"",
                                             good.substr(1),
                                             good + "0",
                                             " " + good.substr(1),
                                             good + " ",
                                             good.substr(0, 63) + "g",
                                             good.substr(0, 63) + std::string(1, '\0'),
                                             "0x" + good.substr(2)};
    for (const std::string& text : malformed) {
        const auto hash = parse_token_hash(text);
        BOOST_TEST_REQUIRE(!hash.has_value());
        BOOST_TEST((hash.error().code == ErrorCode::malformed_hash));
        BOOST_TEST((hash.error().write == WriteState::nothing_written));
        BOOST_TEST(!hash.error().message.empty());
    }
}

BOOST_AUTO_TEST_CASE(an_id_survives_its_text) {
    const auto id = parse_id<TokenId>(uuid_text);
    BOOST_TEST_REQUIRE(id.has_value());
    BOOST_TEST(id->bytes.front() == 0x01);
    BOOST_TEST(id->bytes[4] == 0xed);
    BOOST_TEST(id->bytes.back() == 0x24);
    BOOST_TEST(to_string(*id) == uuid_text);
    BOOST_TEST(to_string(*parse_id<FamilyId>(uuid_text)) == uuid_text);
    BOOST_TEST(to_string(*parse_id<UserId>("019DB28A-EDDA-736E-AE9A-991FFAC88824")) == uuid_text);
    BOOST_TEST(to_string(TokenId{}) == "00000000-0000-0000-0000-000000000000");
}

BOOST_AUTO_TEST_CASE(an_id_that_deviates_in_any_one_character_is_refused) {
    for (std::size_t at = 0; at < uuid_text.size(); ++at) {
        for (const char wrong : {'g', ' ', '\0', '{', '-', '0'}) {
            const bool fits = uuid_text[at] == '-' ? wrong == '-' : wrong == '0';
            std::string text(uuid_text);
            text[at] = wrong;
            const auto id = parse_id<UserId>(text);
            BOOST_TEST(id.has_value() == fits, "'" << wrong << "' at " << at);
            if (!id) BOOST_TEST((id.error().code == ErrorCode::malformed_id));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_id_in_another_form_is_refused) {
    const std::string good(uuid_text);
    for (const std::string& text :
         {std::string(), good.substr(1), good.substr(0, 35), good + "0", " " + good, good + "\n", "{" + good + "}",
          "urn:uuid:" + good, std::string("019db28aedda736eae9a991ffac88824")}) {
        BOOST_TEST(!parse_id<TokenId>(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(no_error_repeats_the_text_that_was_refused) {
    BOOST_TEST(parse_id<UserId>("10c2581a-2d41-45e1-b312-8461569e220").error().to_string().find("10c2581a") ==
               std::string::npos);
    BOOST_TEST(parse_token_hash(hash_text.substr(1)).error().to_string().find("0405") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_new_id_is_a_uuid_of_version_7_for_its_time) {
    // RFC 9562 appendix A.6 gives this time for 017f22e2-79b0-7cc3-98c4-dc0c0c07398f.
    constexpr std::int64_t now_us = 1'645'557'742'000'000;
    const auto id = generate_id<TokenId>(now_us);
    BOOST_TEST_REQUIRE(id.has_value());
    BOOST_TEST(to_string(*id).starts_with("017f22e2-79b0-7000-"));
    BOOST_TEST((id->bytes[8] & 0xc0) == 0x80);
    BOOST_TEST(to_string(*generate_id<FamilyId>(now_us + 999)).starts_with("017f22e2-79b0-7ffb-"));
    BOOST_TEST(to_string(*generate_id<UserId>(0)).starts_with("00000000-0000-7000-"));
}

BOOST_AUTO_TEST_CASE(ids_made_at_later_microseconds_sort_later) {
    constexpr std::int64_t first_us = 1'782'000'000'998'500;
    TokenId last;
    for (std::int64_t now_us = first_us; now_us < first_us + 3000; ++now_us) {
        const auto id = generate_id<TokenId>(now_us);
        BOOST_TEST_REQUIRE(id.has_value());
        BOOST_TEST_REQUIRE((last < *id));
        BOOST_TEST_REQUIRE(milliseconds_of(*id) == static_cast<std::uint64_t>(now_us / 1000));
        last = *id;
    }
}

BOOST_AUTO_TEST_CASE(ids_made_at_one_microsecond_differ) {
    std::set<TokenId> seen;
    for (int i = 0; i < 10'000; ++i)
        BOOST_TEST_REQUIRE(seen.insert(*generate_id<TokenId>(1'782'000'000'000'000)).second);
}

BOOST_AUTO_TEST_CASE(the_random_bits_of_ids_all_vary) {
    std::array<std::uint8_t, 16> ones{};
    std::array<std::uint8_t, 16> zeros{};
    for (int i = 0; i < 200; ++i) {
        const auto id = generate_id<TokenId>(0);
        for (std::size_t at = 0; at < ones.size(); ++at) {
            ones[at] = static_cast<std::uint8_t>(ones[at] | id->bytes[at]);
            zeros[at] = static_cast<std::uint8_t>(zeros[at] | ~id->bytes[at]);
        }
    }
    BOOST_TEST((ones[8] & zeros[8]) == 0x3f);
    for (std::size_t at = 9; at < ones.size(); ++at) BOOST_TEST((ones[at] & zeros[at]) == 0xff);
}

BOOST_AUTO_TEST_CASE(a_time_that_no_id_can_hold_is_refused) {
    constexpr std::int64_t last_us = ((std::int64_t{1} << 48) - 1) * 1000 + 999;
    BOOST_TEST(to_string(*generate_id<TokenId>(last_us)).starts_with("ffffffff-ffff-7ffb-"));
    for (const std::int64_t now_us : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(), last_us + 1,
                                      std::numeric_limits<std::int64_t>::max()}) {
        const auto id = generate_id<TokenId>(now_us);
        BOOST_TEST_REQUIRE(!id.has_value());
        BOOST_TEST((id.error().code == ErrorCode::time_out_of_range));
    }
}

BOOST_AUTO_TEST_CASE(without_random_bytes_there_is_no_new_id) {
    const FailingRandom failing;
    // A thread of its own, because one that made ids before may hold bytes drawn ahead.
    std::thread([] {
        const auto id = generate_id<TokenId>(0);
        BOOST_TEST_REQUIRE(!id.has_value());
        BOOST_TEST((id.error().code == ErrorCode::random_unavailable));
    }).join();
}

BOOST_AUTO_TEST_CASE(hashes_and_ids_are_keys_of_unordered_containers) {
    std::unordered_set<TokenHash> hashes{*parse_token_hash(hash_text), TokenHash{}};
    BOOST_TEST(hashes.contains(*parse_token_hash(hash_text)));
    BOOST_TEST(hashes.size() == 2U);
    std::unordered_set<UserId> users{*parse_id<UserId>(uuid_text), UserId{}};
    BOOST_TEST(users.contains(*parse_id<UserId>(uuid_text)));
    BOOST_TEST(users.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore
