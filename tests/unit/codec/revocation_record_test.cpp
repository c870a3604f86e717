#include "codec/revocation_record.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "base/bytes.hpp"
#include "codec/keys.hpp"
#include "support/printers.hpp"
#include "support/sealing.hpp"
#include "support/token_builders.hpp"
#include "unit/codec/decode_status_printer.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using model::FamilyEnd;
using model::UserEnd;
using test::body_of;
using test::bytes_of;
using test::from_hex;
using test::hex_of;
using test::sealed;
using tokenstore::test::make_family_id;
using tokenstore::test::make_user_id;

const auto user = from_hex<UserId>("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
const auto family = from_hex<FamilyId>("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf");
const auto family_key = family_end_key(family);
const auto user_key = user_end_key(user);

constexpr FamilyEnd golden_family_end{
    .ended_at_us = 0x1122334455667788, .keep_until_us = 0x0011223344556677, .reason = RevocationReason::reuse_detected};

constexpr std::string_view golden_family_end_hex =
    "02"                 // version
    "7766554433221100"   // keep_until_us
    "8877665544332211"   // ended_at_us
    "0000000000000000"   // stamp_us
    "03"                 // reason: reuse_detected
    "a00b3b818315cb91";  // checksum

// The same end under the key by which the user's ended families are listed.
constexpr std::string_view golden_listed_family_end_hex =
    "02"                 // version
    "7766554433221100"   // keep_until_us
    "8877665544332211"   // ended_at_us
    "0000000000000000"   // stamp_us
    "03"                 // reason: reuse_detected
    "edcb8cb3a75d876a";  // checksum

constexpr UserEnd golden_user_end{
    .ended_at_us = 0x1122334455667788, .keep_until_us = 0x0011223344556677, .stamp_us = 0x0102030405060708};

constexpr std::string_view golden_user_end_hex =
    "02"                 // version
    "7766554433221100"   // keep_until_us
    "8877665544332211"   // ended_at_us
    "0807060504030201"   // stamp_us
    "05"                 // reason: user_revoked
    "7945e4805ccb76f8";  // checksum

constexpr std::size_t stamp_offset = 17;
constexpr std::size_t reason_offset = 25;

DecodeStatus family_end_status(std::string body) {
    FamilyEnd end;
    return decode_family_end(family_key.view(), sealed(std::move(body), family_key.view()), end);
}

DecodeStatus user_end_status(std::string body) {
    UserEnd end;
    return decode_user_end(user_key.view(), sealed(std::move(body), user_key.view()), end);
}

BOOST_AUTO_TEST_SUITE(revocation_record)

BOOST_AUTO_TEST_CASE(the_end_of_a_family_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(encode_family_end(family_key.view(), golden_family_end)) == golden_family_end_hex);
    FamilyEnd end;
    BOOST_TEST(decode_family_end(family_key.view(), bytes_of(golden_family_end_hex), end) == DecodeStatus::ok);
    BOOST_TEST((end == golden_family_end));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_family_in_its_users_list_is_the_same_bytes_for_ever) {
    const auto key = ended_family_key(user, family);
    BOOST_TEST(hex_of(encode_family_end(key.view(), golden_family_end)) == golden_listed_family_end_hex);
    FamilyEnd end;
    BOOST_TEST(decode_family_end(key.view(), bytes_of(golden_listed_family_end_hex), end) == DecodeStatus::ok);
    BOOST_TEST((end == golden_family_end));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_user_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(encode_user_end(user_key.view(), golden_user_end)) == golden_user_end_hex);
    UserEnd end;
    BOOST_TEST(decode_user_end(user_key.view(), bytes_of(golden_user_end_hex), end) == DecodeStatus::ok);
    BOOST_TEST((end == golden_user_end));
}

BOOST_AUTO_TEST_CASE(the_time_to_keep_an_end_stands_where_the_filter_looks_for_an_expiry) {
    BOOST_TEST(peek_expires_at_us(bytes_of(golden_family_end_hex)).value() == golden_family_end.keep_until_us);
    BOOST_TEST(peek_expires_at_us(bytes_of(golden_user_end_hex)).value() == golden_user_end.keep_until_us);
}

BOOST_AUTO_TEST_CASE(the_numbers_of_the_reasons_never_change) {
    BOOST_TEST(static_cast<int>(RevocationReason::token_revoked) == 1);
    BOOST_TEST(static_cast<int>(RevocationReason::family_revoked) == 2);
    BOOST_TEST(static_cast<int>(RevocationReason::reuse_detected) == 3);
    BOOST_TEST(static_cast<int>(RevocationReason::revoked_presented) == 4);
    BOOST_TEST(static_cast<int>(RevocationReason::user_revoked) == 5);
}

BOOST_AUTO_TEST_CASE(every_reason_that_ends_a_family_comes_back) {
    for (const auto reason :
         {RevocationReason::family_revoked, RevocationReason::reuse_detected, RevocationReason::revoked_presented}) {
        auto end = golden_family_end;
        end.reason = reason;
        FamilyEnd again;
        BOOST_TEST(decode_family_end(family_key.view(), encode_family_end(family_key.view(), end), again) ==
                   DecodeStatus::ok);
        BOOST_TEST(again.reason == reason);
    }
}

BOOST_AUTO_TEST_CASE(times_of_an_end_at_the_ends_of_their_type_come_back) {
    for (const std::int64_t extreme :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
        const FamilyEnd family_end{.ended_at_us = extreme, .keep_until_us = extreme};
        FamilyEnd family_end_again;
        BOOST_TEST(decode_family_end(family_key.view(), encode_family_end(family_key.view(), family_end),
                                     family_end_again) == DecodeStatus::ok);
        BOOST_TEST((family_end_again == family_end));

        const UserEnd user_end{.ended_at_us = extreme, .keep_until_us = extreme, .stamp_us = extreme};
        UserEnd user_end_again;
        BOOST_TEST(decode_user_end(user_key.view(), encode_user_end(user_key.view(), user_end), user_end_again) ==
                   DecodeStatus::ok);
        BOOST_TEST((user_end_again == user_end));
    }
}

BOOST_AUTO_TEST_CASE(an_end_moved_to_another_family_or_user_is_refused) {
    FamilyEnd family_end;
    BOOST_TEST(decode_family_end(family_end_key(make_family_id(1)).view(), bytes_of(golden_family_end_hex),
                                 family_end) == DecodeStatus::bad_checksum);
    BOOST_TEST(decode_family_end(ended_family_key(user, family).view(), bytes_of(golden_family_end_hex), family_end) ==
               DecodeStatus::bad_checksum);
    UserEnd user_end;
    BOOST_TEST(decode_user_end(user_end_key(make_user_id(1)).view(), bytes_of(golden_user_end_hex), user_end) ==
               DecodeStatus::bad_checksum);
}

BOOST_AUTO_TEST_CASE(a_reason_that_cannot_end_a_family_is_malformed) {
    for (unsigned reason = 0; reason < 256; ++reason) {
        std::string body = body_of(bytes_of(golden_family_end_hex));
        body[reason_offset] = static_cast<char>(reason);
        const bool ends_families = reason >= 2 && reason <= 4;
        BOOST_TEST(family_end_status(body) == (ends_families ? DecodeStatus::ok : DecodeStatus::malformed),
                   "reason " << reason);
    }
}

BOOST_AUTO_TEST_CASE(a_reason_that_cannot_end_a_user_is_malformed) {
    for (unsigned reason = 0; reason < 256; ++reason) {
        std::string body = body_of(bytes_of(golden_user_end_hex));
        body[reason_offset] = static_cast<char>(reason);
        BOOST_TEST(user_end_status(body) == (reason == 5 ? DecodeStatus::ok : DecodeStatus::malformed),
                   "reason " << reason);
    }
}

// A family's end covers all stamps: one that names a stamp was written by a bug.
BOOST_AUTO_TEST_CASE(the_end_of_a_family_with_a_stamp_is_malformed) {
    for (const std::int64_t stamp_us : {std::int64_t{1}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
        std::string body = body_of(bytes_of(golden_family_end_hex));
        base::store_i64(body.data() + stamp_offset, stamp_us);
        BOOST_TEST(family_end_status(body) == DecodeStatus::malformed);
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_user_is_not_read_as_that_of_a_family_nor_the_other_way_round) {
    BOOST_TEST(family_end_status(body_of(bytes_of(golden_user_end_hex))) == DecodeStatus::malformed);
    BOOST_TEST(user_end_status(body_of(bytes_of(golden_family_end_hex))) == DecodeStatus::malformed);
}

BOOST_AUTO_TEST_CASE(bytes_after_the_fields_of_an_end_are_malformed) {
    BOOST_TEST(family_end_status(body_of(bytes_of(golden_family_end_hex)) + "x") == DecodeStatus::malformed);
    BOOST_TEST(user_end_status(body_of(bytes_of(golden_user_end_hex)) + "x") == DecodeStatus::malformed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
