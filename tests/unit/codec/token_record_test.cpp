#include "codec/token_record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "base/bytes.hpp"
#include "codec/keys.hpp"
#include "support/printers.hpp"
#include "support/sealing.hpp"
#include "support/test_seed.hpp"
#include "support/token_builders.hpp"
#include "unit/codec/decode_status_printer.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using test::body_of;
using test::bytes_of;
using test::ExactCopy;
using test::from_hex;
using test::hex_of;
using test::sealed;
using tokenstore::test::make_hash;
using tokenstore::test::make_token;
using tokenstore::test::make_token_id;
using tokenstore::test::with_all_fields;

Token golden_minimal() {
    Token token;
    token.hash = from_hex<TokenHash>("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    token.id = from_hex<TokenId>("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
    token.chain_id = token.id;
    token.user_id = from_hex<UserId>("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
    token.family_id = from_hex<FamilyId>("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf");
    token.expires_at_us = 0x0011223344556677;
    token.created_at_us = 0x1122334455667788;
    token.issue_stamp_us = token.created_at_us;
    return token;
}

constexpr std::string_view golden_minimal_hex =
    "02"                                // version
    "7766554433221100"                  // expires_at_us
    "0000"                              // flags
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"  // id
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"  // user
    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"  // family
    "8877665544332211"                  // created_at_us
    "43554f0d0588b53e";                 // checksum

Token golden_full() {
    Token token = golden_minimal();
    token.issue_stamp_us = -2;
    token.chain_id = from_hex<TokenId>("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
    token.updated_at_us = 0x0001020304050607;
    token.revoked = true;
    token.revoked_at_us = 0x0102030405060708;
    token.consumed_at_us = 0x0203040506070809;
    token.predecessor = from_hex<TokenHash>("202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
    token.successor = from_hex<TokenHash>("404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
    token.device_id = "device-7f3a";
    token.device_name = "J\xc3\xbcrgen\xe2\x80\x99s \xf0\x9f\x94\x91";
    token.ip_address = "2001:DB8::17";
    return token;
}

constexpr std::string_view golden_full_hex =
    "02"                                                                // version
    "7766554433221100"                                                  // expires_at_us
    "ff07"                                                              // flags
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"                                  // id
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"                                  // user
    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"                                  // family
    "8877665544332211"                                                  // created_at_us
    "feffffffffffffff"                                                  // issue_stamp_us
    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"                                  // chain
    "0706050403020100"                                                  // updated_at_us
    "0807060504030201"                                                  // revoked_at_us
    "0908070605040302"                                                  // consumed_at_us
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"  // predecessor
    "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"  // successor
    "0b6465766963652d37663361"                                          // device_id
    "10004ac3bc7267656ee280997320f09f9491"                              // device_name
    "0c323030313a4442383a3a3137"                                        // ip_address, in capitals
    "d90b0051f17051f5";                                                 // checksum

Token golden_packed(const std::string& ip_address) {
    Token token = golden_minimal();
    token.device_id = "2d90a270-2628-469a-bab7-8a24257b2799";
    token.device_name = "TV";
    token.ip_address = ip_address;
    return token;
}

constexpr std::string_view golden_ipv4_hex =
    "02"                                // version
    "7766554433221100"                  // expires_at_us
    "0019"                              // flags
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"  // id
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"  // user
    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"  // family
    "8877665544332211"                  // created_at_us
    "2d90a2702628469abab78a24257b2799"  // device_id
    "02005456"                          // device_name
    "cb007107"                          // ip_address
    "920a0f1f7eb18261";                 // checksum

constexpr std::string_view golden_ipv6_hex =
    "02"                                // version
    "7766554433221100"                  // expires_at_us
    "0029"                              // flags
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"  // id
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"  // user
    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"  // family
    "8877665544332211"                  // created_at_us
    "2d90a2702628469abab78a24257b2799"  // device_id
    "02005456"                          // device_name
    "20010db8000000000000000000000017"  // ip_address
    "a3124f4dfa5f71de";                 // checksum

// Where things stand in the record.
constexpr std::size_t flags_offset = 9;
constexpr std::size_t optional_fields_offset = 67;

DecodeStatus decode_status(const TokenHash& hash, std::string_view stored) {
    const ExactCopy copy(stored);
    Token token;
    return decode_token(hash, copy.view(), token);
}

Token decoded(const Token& token) {
    const ExactCopy stored(encode_token(token));
    Token result;
    BOOST_TEST_REQUIRE(decode_token(token.hash, stored.view(), result) == DecodeStatus::ok);
    return result;
}

/// What decode_token says to the token's record, its body changed and sealed again.
template <class Change>
DecodeStatus status_after(const Token& token, Change change) {
    std::string body = body_of(encode_token(token));
    change(body);
    return decode_status(token.hash, sealed(std::move(body), token_key(token.hash)));
}

struct OptionalField {
    std::string_view name;
    TokenFlag flag;
    std::size_t bytes;
    std::function<void(Token&)> set;
};

const std::vector<OptionalField> optional_fields{
    {"revoked", TokenFlag::revoked, 0, [](Token& t) { t.revoked = true; }},
    {"chain_id", TokenFlag::chain_id, 16, [](Token& t) { t.chain_id = make_token_id(9); }},
    {"updated_at", TokenFlag::updated_at, 8, [](Token& t) { t.updated_at_us = 7; }},
    {"revoked_at", TokenFlag::revoked_at, 8, [](Token& t) { t.revoked_at_us = 7; }},
    {"consumed_at", TokenFlag::consumed_at, 8, [](Token& t) { t.consumed_at_us = 7; }},
    {"predecessor", TokenFlag::predecessor, 32, [](Token& t) { t.predecessor = make_hash(9); }},
    {"successor", TokenFlag::successor, 32, [](Token& t) { t.successor = make_hash(9); }},
    {"device_id", TokenFlag::device_id, 1 + 3, [](Token& t) { t.device_id = "abc"; }},
    {"device_name", TokenFlag::device_name, 2 + 3, [](Token& t) { t.device_name = "abc"; }},
    {"ip_address", TokenFlag::ip_address, 1 + 3, [](Token& t) { t.ip_address = "abc"; }},
    {"issue_stamp", TokenFlag::issue_stamp, 8, [](Token& t) { t.issue_stamp_us = t.created_at_us + 1; }},
    {"device_id as a UUID", TokenFlag::device_id_is_uuid, 16,
     [](Token& t) { t.device_id = "2d90a270-2628-469a-bab7-8a24257b2799"; }},
    {"ip_address as IPv4", TokenFlag::ip_address_is_ipv4, 4, [](Token& t) { t.ip_address = "203.0.113.7"; }},
    {"ip_address as IPv6", TokenFlag::ip_address_is_ipv6, 16, [](Token& t) { t.ip_address = "::1"; }},
};

BOOST_AUTO_TEST_SUITE(token_record)

// ---- The format ----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_token_without_optional_fields_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(encode_token(golden_minimal())) == golden_minimal_hex);
    Token token;
    BOOST_TEST(decode_token(golden_minimal().hash, bytes_of(golden_minimal_hex), token) == DecodeStatus::ok);
    BOOST_TEST(token == golden_minimal());
}

BOOST_AUTO_TEST_CASE(a_token_with_all_fields_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(encode_token(golden_full())) == golden_full_hex);
    Token token;
    BOOST_TEST(decode_token(golden_full().hash, bytes_of(golden_full_hex), token) == DecodeStatus::ok);
    BOOST_TEST(token == golden_full());
}

BOOST_AUTO_TEST_CASE(a_token_with_packed_texts_is_the_same_bytes_for_ever) {
    for (const auto& [ip_address, golden_hex] :
         {std::pair("203.0.113.7", golden_ipv4_hex), std::pair("2001:db8::17", golden_ipv6_hex)}) {
        const Token golden = golden_packed(ip_address);
        BOOST_TEST(hex_of(encode_token(golden)) == golden_hex);
        Token token;
        BOOST_TEST(decode_token(golden.hash, bytes_of(golden_hex), token) == DecodeStatus::ok);
        BOOST_TEST(token == golden);
    }
}

BOOST_AUTO_TEST_CASE(each_optional_field_has_a_flag_and_takes_room_only_if_it_is_set) {
    const std::size_t bare_bytes = encode_token(make_token()).size();
    BOOST_TEST(bare_bytes == optional_fields_offset + checksum_bytes);
    unsigned expected_flag = 1;
    for (const auto& field : optional_fields) {
        BOOST_TEST_CONTEXT(field.name) {
            Token token = make_token();
            field.set(token);
            const std::string stored = encode_token(token);
            BOOST_TEST(base::load_u16(stored.data() + flags_offset) == expected_flag);
            BOOST_TEST(static_cast<unsigned>(field.flag) == expected_flag);
            BOOST_TEST(stored.size() == bare_bytes + field.bytes);
            BOOST_TEST(decoded(token) == token);
        }
        expected_flag *= 2;
    }
}

BOOST_AUTO_TEST_CASE(the_expiry_stands_where_the_filter_looks_for_it) {
    BOOST_TEST(peek_expires_at_us(encode_token(golden_minimal())).value() == 0x0011223344556677);
    BOOST_TEST(peek_expires_at_us(encode_token(golden_full())).value() == 0x0011223344556677);
}

// ---- Round trips ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_empty_text_is_not_an_absent_one) {
    Token token = make_token();
    token.device_id = "";
    token.ip_address = "";
    BOOST_TEST(decoded(token) == token);
    BOOST_TEST(!decoded(token).device_name.has_value());
    token.device_name = "";
    BOOST_TEST(decoded(token) == token);
}

BOOST_AUTO_TEST_CASE(texts_as_long_as_the_limits_allow_come_back) {
    Token token = with_all_fields(make_token());
    token.device_id = std::string(255, '\xff');
    token.device_name = std::string(400, '\xf4');
    token.ip_address = std::string(45, ':');
    BOOST_TEST(decoded(token) == token);
}

BOOST_AUTO_TEST_CASE(texts_that_just_fit_their_length_fields_come_back) {
    Token token = make_token();
    token.device_name = std::string(65535, 'x');
    token.ip_address = std::string(255, 'x');
    BOOST_TEST(decoded(token) == token);
}

BOOST_AUTO_TEST_CASE(times_at_the_ends_of_their_type_come_back) {
    for (const std::int64_t extreme :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
        Token token = make_token();
        token.created_at_us = token.expires_at_us = token.issue_stamp_us = extreme;
        token.updated_at_us = token.revoked_at_us = token.consumed_at_us = extreme;
        BOOST_TEST(decoded(token) == token);
    }
}

BOOST_AUTO_TEST_CASE(decoding_leaves_nothing_of_what_the_target_held_before) {
    Token token = with_all_fields(make_token(1));
    const Token bare = make_token(2);
    BOOST_TEST_REQUIRE(decode_token(bare.hash, encode_token(bare), token) == DecodeStatus::ok);
    BOOST_TEST(token == bare);
}

BOOST_AUTO_TEST_CASE(any_token_comes_back_as_it_was) {
    std::mt19937_64 random(tokenstore::test::test_seed());
    for (int i = 0; i < 10'000; ++i) {
        const Token token = tokenstore::test::random_token(random);
        const std::string stored = encode_token(token);
        Token again;
        BOOST_TEST_REQUIRE(decode_token(token.hash, stored, again) == DecodeStatus::ok, "token " << i);
        BOOST_TEST_REQUIRE(again == token, "token " << i);
        model::TokenHead head;
        BOOST_TEST_REQUIRE(decode_token_head(token.hash, stored, head) == DecodeStatus::ok, "token " << i);
        BOOST_TEST_REQUIRE((head == model::head_of(token)), "token " << i);
        BOOST_TEST_REQUIRE(peek_expires_at_us(stored).value() == token.expires_at_us, "token " << i);
    }
}

// ---- Bytes that no encoder writes ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_record_moved_under_another_hash_is_refused) {
    const std::string stored = encode_token(make_token(1));
    BOOST_TEST(decode_status(make_hash(2), stored) == DecodeStatus::bad_checksum);
    BOOST_TEST(decode_status(TokenHash{}, stored) == DecodeStatus::bad_checksum);
}

BOOST_AUTO_TEST_CASE(an_unknown_flag_is_malformed) {
    for (const Token& token : {make_token(), with_all_fields(make_token())}) {
        for (unsigned bit = 14; bit < 16; ++bit) {
            const auto status = status_after(token, [bit](std::string& body) {
                const auto flags = base::load_u16(body.data() + flags_offset);
                base::store_u16(body.data() + flags_offset, static_cast<std::uint16_t>(flags | 1U << bit));
            });
            BOOST_TEST(status == DecodeStatus::malformed, "bit " << bit);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_flag_without_its_field_is_truncated) {
    for (const auto& field : optional_fields) {
        if (field.flag == TokenFlag::revoked) continue;  // it has no field
        const auto status = status_after(make_token(), [&](std::string& body) {
            base::store_u16(body.data() + flags_offset, static_cast<std::uint16_t>(field.flag));
        });
        BOOST_TEST(status == DecodeStatus::truncated, field.name);
    }
}

BOOST_AUTO_TEST_CASE(a_field_without_its_flag_is_malformed) {
    for (const auto& field : optional_fields) {
        if (field.flag == TokenFlag::revoked) continue;  // it has no field
        Token token = make_token();
        field.set(token);
        const auto status =
            status_after(token, [](std::string& body) { base::store_u16(body.data() + flags_offset, 0); });
        BOOST_TEST(status == DecodeStatus::malformed, field.name);
    }
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_end_is_truncated) {
    Token with_device_id = make_token();
    with_device_id.device_id = "abc";
    Token with_ip_address = make_token();
    with_ip_address.ip_address = "abc";
    for (const unsigned length : {4U, 11U, 12U, 127U, 128U, 255U}) {
        const auto set_length = [length](std::string& body) {
            base::store_u8(body.data() + optional_fields_offset, static_cast<std::uint8_t>(length));
        };
        BOOST_TEST(status_after(with_device_id, set_length) == DecodeStatus::truncated, "length " << length);
        BOOST_TEST(status_after(with_ip_address, set_length) == DecodeStatus::truncated, "length " << length);
    }
    Token with_device_name = make_token();
    with_device_name.device_name = "abc";
    for (const unsigned length : {4U, 11U, 12U, 256U, 32768U, 65535U}) {
        const auto set_length = [length](std::string& body) {
            base::store_u16(body.data() + optional_fields_offset, static_cast<std::uint16_t>(length));
        };
        BOOST_TEST(status_after(with_device_name, set_length) == DecodeStatus::truncated, "length " << length);
    }
}

BOOST_AUTO_TEST_CASE(a_length_short_of_the_end_is_malformed) {
    Token token = make_token();
    token.device_id = "abc";
    for (const unsigned length : {0U, 1U, 2U}) {
        const auto status = status_after(token, [length](std::string& body) {
            base::store_u8(body.data() + optional_fields_offset, static_cast<std::uint8_t>(length));
        });
        BOOST_TEST(status == DecodeStatus::malformed, "length " << length);
    }
}

BOOST_AUTO_TEST_CASE(bytes_after_the_last_field_are_malformed) {
    for (const Token& token : {make_token(), with_all_fields(make_token())}) {
        for (const std::size_t more : {1U, 8U, 1000U}) {
            BOOST_TEST(status_after(token, [more](std::string& body) { body.append(more, '\0'); }) ==
                       DecodeStatus::malformed);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_chain_id_that_only_repeats_the_id_is_malformed) {
    Token token = make_token();
    token.chain_id = make_token_id(9);
    const auto status = status_after(
        token, [&](std::string& body) { body.replace(optional_fields_offset, id_bytes, id_view(token.id)); });
    BOOST_TEST(status == DecodeStatus::malformed);
}

BOOST_AUTO_TEST_CASE(an_issue_stamp_that_only_repeats_the_time_of_creation_is_malformed) {
    Token token = make_token();
    token.issue_stamp_us = token.created_at_us + 1;
    const auto status = status_after(
        token, [&](std::string& body) { base::store_i64(body.data() + optional_fields_offset, token.created_at_us); });
    BOOST_TEST(status == DecodeStatus::malformed);
}

BOOST_AUTO_TEST_CASE(a_text_that_could_have_been_packed_is_malformed) {
    const auto status_with_text = [](TokenFlag flag, std::string_view text) {
        return status_after(make_token(), [&](std::string& body) {
            base::store_u16(body.data() + flags_offset, static_cast<std::uint16_t>(flag));
            base::append_u8(body, static_cast<std::uint8_t>(text.size()));
            body += text;
        });
    };
    const std::string_view uuid = "2d90a270-2628-469a-bab7-8a24257b2799";
    BOOST_TEST(status_with_text(TokenFlag::device_id, uuid) == DecodeStatus::malformed);
    BOOST_TEST(status_with_text(TokenFlag::device_id, "2D90a270-2628-469a-bab7-8a24257b2799") == DecodeStatus::ok);
    BOOST_TEST(status_with_text(TokenFlag::ip_address, "203.0.113.7") == DecodeStatus::malformed);
    BOOST_TEST(status_with_text(TokenFlag::ip_address, "::1") == DecodeStatus::malformed);
    BOOST_TEST(status_with_text(TokenFlag::ip_address, "0::1") == DecodeStatus::ok);
}

BOOST_AUTO_TEST_CASE(one_text_in_two_forms_is_malformed) {
    Token token = make_token();
    token.ip_address = "abc";
    const auto status = status_after(token, [](std::string& body) {
        const auto flags = base::load_u16(body.data() + flags_offset);
        const auto ipv4 = static_cast<std::uint16_t>(TokenFlag::ip_address_is_ipv4);
        base::store_u16(body.data() + flags_offset, static_cast<std::uint16_t>(flags | ipv4));
        base::append_u32(body, 7);
    });
    BOOST_TEST(status == DecodeStatus::malformed);
}

BOOST_AUTO_TEST_CASE(the_head_of_a_damaged_record_is_refused) {
    const Token token = with_all_fields(make_token());
    std::string stored = encode_token(token);
    stored.back() = static_cast<char>(stored.back() ^ 1);
    model::TokenHead head;
    BOOST_TEST(decode_token_head(token.hash, stored, head) == DecodeStatus::bad_checksum);
    const auto short_body = sealed(body_of(encode_token(make_token())).substr(0, 60), token_key(token.hash));
    BOOST_TEST(decode_token_head(token.hash, short_body, head) == DecodeStatus::truncated);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
