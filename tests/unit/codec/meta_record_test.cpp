#include "codec/meta_record.hpp"

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "support/sealing.hpp"
#include "support/token_builders.hpp"
#include "unit/codec/decode_status_printer.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using test::body_of;
using test::bytes_of;
using test::from_hex;
using test::hex_of;
using test::sealed;
using tokenstore::test::make_hash;

const auto hash = from_hex<TokenHash>("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

constexpr std::string_view golden_clock_hex =
    "02"                 // version
    "7766554433221100"   // number
    "de23121674d1670a";  // checksum

constexpr std::string_view golden_in_doubt_hex =
    "02"                 // version
    "feffffffffffffff"   // number
    "4916778447ffef11";  // checksum

BOOST_AUTO_TEST_SUITE(meta_record)

BOOST_AUTO_TEST_CASE(the_names_never_change) {
    BOOST_TEST(format_key == "format");
    BOOST_TEST(clock_key == "clock");
    BOOST_TEST(issue_stamps_key == "issue_stamps");
    BOOST_TEST(longest_expiry_key == "longest_expiry");
    BOOST_TEST(in_doubt_prefix == "in_doubt/");
    BOOST_TEST(hex_of(in_doubt_key(hash)) ==
               "696e5f646f7562742f"  // "in_doubt/"
               "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
}

BOOST_AUTO_TEST_CASE(no_two_records_share_a_key) {
    const std::set<std::string> keys{std::string(format_key),       std::string(clock_key),
                                     std::string(issue_stamps_key), std::string(longest_expiry_key),
                                     in_doubt_key(make_hash(1)),    in_doubt_key(make_hash(2))};
    BOOST_TEST(keys.size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_number_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(encode_number(clock_key, 0x0011223344556677)) == golden_clock_hex);
    BOOST_TEST(hex_of(encode_number(in_doubt_key(hash), -2)) == golden_in_doubt_hex);
    std::int64_t number = 0;
    BOOST_TEST(decode_number(clock_key, bytes_of(golden_clock_hex), number) == DecodeStatus::ok);
    BOOST_TEST(number == 0x0011223344556677);
    BOOST_TEST(decode_number(in_doubt_key(hash), bytes_of(golden_in_doubt_hex), number) == DecodeStatus::ok);
    BOOST_TEST(number == -2);
}

BOOST_AUTO_TEST_CASE(numbers_at_the_ends_of_their_type_come_back) {
    for (const std::int64_t extreme : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                       std::numeric_limits<std::int64_t>::max()}) {
        std::int64_t number = 42;
        BOOST_TEST(decode_number(format_key, encode_number(format_key, extreme), number) == DecodeStatus::ok);
        BOOST_TEST(number == extreme);
    }
}

BOOST_AUTO_TEST_CASE(a_number_moved_under_another_name_is_refused) {
    std::int64_t number = 0;
    for (const std::string_view other : {format_key, issue_stamps_key, longest_expiry_key, std::string_view()}) {
        BOOST_TEST(decode_number(other, bytes_of(golden_clock_hex), number) == DecodeStatus::bad_checksum, other);
    }
    BOOST_TEST(decode_number(in_doubt_key(make_hash(1)), bytes_of(golden_in_doubt_hex), number) ==
               DecodeStatus::bad_checksum);
}

BOOST_AUTO_TEST_CASE(bytes_after_a_number_are_malformed) {
    std::int64_t number = 0;
    BOOST_TEST(decode_number(clock_key, sealed(body_of(bytes_of(golden_clock_hex)) + "x", clock_key), number) ==
               DecodeStatus::malformed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
