#include "codec/seal.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "base/bytes.hpp"
#include "support/sealing.hpp"
#include "unit/codec/decode_status_printer.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using test::bytes_of;
using test::ExactCopy;
using test::hex_of;
using test::sealed;

constexpr std::string_view key = "key";
constexpr std::string_view body_hex =
    "02"                // version
    "7766554433221100"  // expires_at_us
    "6669656c6473";     // "fields"
constexpr std::string_view checksum_hex = "c18a5ce2b972d5ee";

std::string stored() { return bytes_of(std::string(body_hex) + std::string(checksum_hex)); }

DecodeStatus unseal_exact(std::string_view bytes, std::string_view under = key) {
    const ExactCopy copy(bytes);
    std::string_view record;
    return unseal(copy.view(), under, record);
}

std::string body_expiring_at(std::int64_t expires_at_us) {
    std::string body;
    base::append_u8(body, record_version);
    base::append_i64(body, expires_at_us);
    return body;
}

BOOST_AUTO_TEST_SUITE(seal_frame)

BOOST_AUTO_TEST_CASE(a_seal_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(sealed(bytes_of(body_hex), key)) == hex_of(stored()));
}

BOOST_AUTO_TEST_CASE(unsealing_gives_back_what_was_sealed) {
    const std::string bytes = stored();
    std::string_view record;
    BOOST_TEST(unseal(bytes, key, record) == DecodeStatus::ok);
    BOOST_TEST(hex_of(record) == body_hex);
    BOOST_TEST(record.data() == bytes.data());
}

BOOST_AUTO_TEST_CASE(the_smallest_record_has_a_version_an_expiry_and_a_checksum) {
    const std::string smallest = sealed(body_expiring_at(0), key);
    BOOST_TEST(smallest.size() == smallest_record_bytes);
    BOOST_TEST(unseal_exact(smallest) == DecodeStatus::ok);
}

BOOST_AUTO_TEST_CASE(a_record_may_be_long_and_its_key_empty) {
    const std::string bytes = sealed(body_expiring_at(0) + std::string(100'000, 'x'), "");
    BOOST_TEST(unseal_exact(bytes, "") == DecodeStatus::ok);
    BOOST_TEST(unseal_exact(bytes, std::string_view("\0", 1)) == DecodeStatus::bad_checksum);
}

BOOST_AUTO_TEST_CASE(every_truncation_is_noticed) {
    const std::string bytes = stored();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto expected = size < smallest_record_bytes ? DecodeStatus::truncated : DecodeStatus::bad_checksum;
        BOOST_TEST(unseal_exact(bytes.substr(0, size)) == expected, "size " << size);
    }
}

// Fewer bytes than any frame has: there is no checksum to believe, even if the last eight bytes were one.
BOOST_AUTO_TEST_CASE(a_record_without_room_for_an_expiry_is_truncated_even_under_a_right_checksum) {
    for (std::size_t size = 0; size < smallest_record_bytes - checksum_bytes; ++size) {
        const std::string bytes = sealed(bytes_of(body_hex).substr(0, size), key);
        BOOST_TEST(unseal_exact(bytes) == DecodeStatus::truncated, "size " << size);
    }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_noticed) {
    for (std::size_t at = 0; at < stored().size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string bytes = stored();
            bytes[at] = static_cast<char>(static_cast<std::uint8_t>(bytes[at]) ^ (1U << bit));
            const auto expected = at == 0 ? DecodeStatus::unknown_version : DecodeStatus::bad_checksum;
            BOOST_TEST(unseal_exact(bytes) == expected, "bit " << bit << " of byte " << at);
        }
    }
}

BOOST_AUTO_TEST_CASE(bytes_after_the_checksum_are_noticed) {
    for (const std::size_t more : {1U, 8U, 100U}) {
        BOOST_TEST(unseal_exact(stored() + std::string(more, '\0')) == DecodeStatus::bad_checksum);
    }
}

BOOST_AUTO_TEST_CASE(a_record_found_under_another_key_is_noticed) {
    for (const std::string_view other : {"", "kez", "ke", "keyy", "KEY"}) {
        BOOST_TEST(unseal_exact(stored(), other) == DecodeStatus::bad_checksum, other);
    }
}

BOOST_AUTO_TEST_CASE(another_version_is_unknown_even_under_a_right_checksum) {
    for (unsigned version = 0; version < 256; ++version) {
        std::string body = bytes_of(body_hex);
        body.front() = static_cast<char>(version);
        const auto expected = version == record_version ? DecodeStatus::ok : DecodeStatus::unknown_version;
        BOOST_TEST(unseal_exact(sealed(body, key)) == expected, "version " << version);
    }
}

// ---- The expiry alone ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_expiry_is_read_without_the_rest) {
    BOOST_TEST(peek_expires_at_us(stored()).value() == 0x0011223344556677);
    for (const std::int64_t expires_at_us : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                             std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
        const ExactCopy smallest(sealed(body_expiring_at(expires_at_us), key));
        BOOST_TEST(peek_expires_at_us(smallest.view()).value() == expires_at_us);
    }
}

BOOST_AUTO_TEST_CASE(the_expiry_is_read_under_a_wrong_checksum_too) {
    std::string bytes = stored();
    bytes.back() = static_cast<char>(~bytes.back());
    BOOST_TEST(peek_expires_at_us(bytes).value() == 0x0011223344556677);
}

BOOST_AUTO_TEST_CASE(a_value_too_short_for_a_record_has_no_expiry) {
    BOOST_TEST(!peek_expires_at_us({}).has_value());
    for (std::size_t size = 0; size < smallest_record_bytes; ++size) {
        const ExactCopy copy(stored().substr(0, size));
        BOOST_TEST(!peek_expires_at_us(copy.view()).has_value(), "size " << size);
    }
}

BOOST_AUTO_TEST_CASE(a_value_of_an_unknown_version_has_no_expiry) {
    for (const unsigned version : {0U, 1U, 3U, 127U, 128U, 255U}) {
        std::string bytes = stored();
        bytes.front() = static_cast<char>(version);
        BOOST_TEST(!peek_expires_at_us(bytes).has_value(), "version " << version);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
