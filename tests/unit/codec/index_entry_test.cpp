#include "codec/index_entry.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
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
using tokenstore::test::make_family_id;
using tokenstore::test::make_hash;
using tokenstore::test::make_token_id;
using tokenstore::test::make_user_id;

const auto chain = from_hex<TokenId>("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
const auto user = from_hex<UserId>("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
const auto family = from_hex<FamilyId>("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf");
const auto tip = from_hex<TokenHash>("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

FamilyIndexEntry golden_family_entry() {
    return {
        .expires_at_us = 0x0011223344556677, .issue_stamp_us = 0x1122334455667788, .user_id = user, .revoked = false};
}

constexpr std::string_view golden_family_entry_hex =
    "02"                                // version
    "7766554433221100"                  // expires_at_us
    "00"                                // flags
    "8877665544332211"                  // issue_stamp_us
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"  // user
    "a239806805fde2ef";                 // checksum

UserIndexEntry golden_user_entry() {
    return {.expires_at_us = 0x0011223344556677,
            .issue_stamp_us = 0x1122334455667788,
            .family_id = family,
            .tip = tip,
            .revoked = true};
}

constexpr std::string_view golden_user_entry_hex =
    "02"                                                                // version
    "7766554433221100"                                                  // expires_at_us
    "01"                                                                // flags: the tip was revoked
    "8877665544332211"                                                  // issue_stamp_us
    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"                                  // family
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"  // tip
    "6ccfef08666b01f5";                                                 // checksum

constexpr std::size_t flags_offset = 9;

BOOST_AUTO_TEST_SUITE(index_entry)

BOOST_AUTO_TEST_CASE(an_entry_of_a_family_is_the_same_bytes_for_ever) {
    const auto key = index_key(family, chain);
    BOOST_TEST(hex_of(encode_index_entry(key.view(), golden_family_entry())) == golden_family_entry_hex);
    FamilyIndexEntry entry;
    BOOST_TEST(decode_index_entry(key.view(), bytes_of(golden_family_entry_hex), entry) == DecodeStatus::ok);
    BOOST_TEST((entry == golden_family_entry()));
}

BOOST_AUTO_TEST_CASE(an_entry_of_a_user_is_the_same_bytes_for_ever) {
    const auto key = index_key(user, chain);
    BOOST_TEST(hex_of(encode_index_entry(key.view(), golden_user_entry())) == golden_user_entry_hex);
    UserIndexEntry entry;
    BOOST_TEST(decode_index_entry(key.view(), bytes_of(golden_user_entry_hex), entry) == DecodeStatus::ok);
    BOOST_TEST((entry == golden_user_entry()));
}

BOOST_AUTO_TEST_CASE(the_expiry_of_an_entry_stands_where_the_filter_looks_for_it) {
    BOOST_TEST(peek_expires_at_us(bytes_of(golden_family_entry_hex)).value() == 0x0011223344556677);
    BOOST_TEST(peek_expires_at_us(bytes_of(golden_user_entry_hex)).value() == 0x0011223344556677);
}

BOOST_AUTO_TEST_CASE(times_of_an_entry_at_the_ends_of_their_type_come_back) {
    const auto key = index_key(make_user_id(1), make_token_id(1));
    for (const std::int64_t extreme :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
        const UserIndexEntry entry{.expires_at_us = extreme,
                                   .issue_stamp_us = extreme,
                                   .family_id = make_family_id(1),
                                   .tip = make_hash(1),
                                   .revoked = true};
        UserIndexEntry again;
        BOOST_TEST(decode_index_entry(key.view(), encode_index_entry(key.view(), entry), again) == DecodeStatus::ok);
        BOOST_TEST((again == entry));
    }
}

BOOST_AUTO_TEST_CASE(decoding_an_entry_leaves_nothing_of_what_the_target_held_before) {
    const auto key = index_key(user, chain);
    auto entry = golden_user_entry();
    const UserIndexEntry live{.expires_at_us = 1, .issue_stamp_us = 2, .family_id = {}, .tip = make_hash(1)};
    BOOST_TEST(decode_index_entry(key.view(), encode_index_entry(key.view(), live), entry) == DecodeStatus::ok);
    BOOST_TEST((entry == live));
}

BOOST_AUTO_TEST_CASE(an_entry_moved_to_another_chain_or_owner_is_refused) {
    const std::string stored = bytes_of(golden_user_entry_hex);
    UserIndexEntry entry;
    BOOST_TEST(decode_index_entry(index_key(user, make_token_id(1)).view(), stored, entry) ==
               DecodeStatus::bad_checksum);
    BOOST_TEST(decode_index_entry(index_key(make_user_id(1), chain).view(), stored, entry) ==
               DecodeStatus::bad_checksum);
    BOOST_TEST(decode_index_entry(index_key(family, chain).view(), stored, entry) == DecodeStatus::bad_checksum);
    BOOST_TEST(decode_index_entry("", stored, entry) == DecodeStatus::bad_checksum);
}

BOOST_AUTO_TEST_CASE(an_unknown_flag_of_an_entry_is_malformed) {
    const auto key = index_key(user, chain);
    for (unsigned flags = 2; flags < 256; ++flags) {
        std::string body = body_of(bytes_of(golden_user_entry_hex));
        body[flags_offset] = static_cast<char>(flags);
        UserIndexEntry entry;
        BOOST_TEST(decode_index_entry(key.view(), sealed(body, key.view()), entry) == DecodeStatus::malformed,
                   "flags " << flags);
    }
}

BOOST_AUTO_TEST_CASE(bytes_after_the_fields_of_an_entry_are_malformed) {
    const auto key = index_key(user, chain);
    const std::string body = body_of(bytes_of(golden_user_entry_hex)) + "x";
    UserIndexEntry entry;
    BOOST_TEST(decode_index_entry(key.view(), sealed(body, key.view()), entry) == DecodeStatus::malformed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
