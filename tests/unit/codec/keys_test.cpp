#include "codec/keys.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
#include "support/token_builders.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using test::from_hex;
using test::hex_of;
using tokenstore::test::make_family_id;
using tokenstore::test::make_token_id;
using tokenstore::test::make_user_id;

constexpr std::string_view hash_hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr std::string_view chain_hex = "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf";
constexpr std::string_view inverted_chain_hex = "4f4e4d4c4b4a49484746454443424140";
constexpr std::string_view user_hex = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf";
constexpr std::string_view family_hex = "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf";

const auto hash = from_hex<TokenHash>(hash_hex);
const auto chain = from_hex<TokenId>(chain_hex);
const auto user = from_hex<UserId>(user_hex);
const auto family = from_hex<FamilyId>(family_hex);

std::string joined(std::string_view first, std::string_view second, std::string_view third = {}) {
    return std::string(first).append(second).append(third);
}

BOOST_AUTO_TEST_SUITE(keys)

BOOST_AUTO_TEST_CASE(every_key_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(token_key(hash)) == hash_hex);
    BOOST_TEST(hex_of(index_key(family, chain).view()) == joined(family_hex, inverted_chain_hex));
    BOOST_TEST(hex_of(index_key(user, chain).view()) == joined(user_hex, inverted_chain_hex));
    BOOST_TEST(hex_of(family_end_key(family).view()) == joined("46", family_hex));
    BOOST_TEST(hex_of(user_end_key(user).view()) == joined("55", user_hex));
    BOOST_TEST(hex_of(ended_families_prefix(user).view()) == joined("4c", user_hex));
    BOOST_TEST(hex_of(ended_family_key(user, family).view()) == joined("4c", user_hex, family_hex));
}

BOOST_AUTO_TEST_CASE(keys_are_as_long_as_the_prefix_extractors_expect) {
    BOOST_TEST(index_prefix_bytes == id_view(user).size());
    BOOST_TEST(revocation_prefix_bytes == family_end_key(family).view().size());
    BOOST_TEST(revocation_prefix_bytes == user_end_key(user).view().size());
    BOOST_TEST(revocation_prefix_bytes == ended_families_prefix(user).view().size());
}

BOOST_AUTO_TEST_CASE(the_ended_families_of_a_user_share_its_prefix_and_nobody_elses) {
    const auto key = ended_family_key(user, family);
    BOOST_TEST(key.view().starts_with(ended_families_prefix(user).view()));
    BOOST_TEST(!key.view().starts_with(ended_families_prefix(make_user_id(1)).view()));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_family_is_told_from_the_end_of_a_user_with_the_same_bytes) {
    const auto family_like_user = from_hex<FamilyId>(user_hex);
    BOOST_TEST(family_end_key(family_like_user).view() != user_end_key(user).view());
    BOOST_TEST(is_family_end_key(family_end_key(family_like_user).view()));
    BOOST_TEST(!is_family_end_key(user_end_key(user).view()));
    BOOST_TEST(!is_family_end_key(ended_families_prefix(user).view()));
    BOOST_TEST(!is_family_end_key(ended_family_key(user, family).view()));
}

BOOST_AUTO_TEST_CASE(only_a_key_of_the_right_length_is_the_end_of_a_family) {
    const std::string key(family_end_key(family).view());
    BOOST_TEST(!is_family_end_key(""));
    BOOST_TEST(!is_family_end_key("F"));
    BOOST_TEST(!is_family_end_key(std::string_view(key).substr(0, 16)));
    BOOST_TEST(!is_family_end_key(key + "x"));
}

BOOST_AUTO_TEST_CASE(the_entries_of_one_owner_lie_with_the_newest_login_first) {
    std::vector<std::string> index;
    for (const std::uint64_t login : {3U, 1U, 2U}) index.emplace_back(index_key(user, make_token_id(login)).view());
    std::sort(index.begin(), index.end());
    for (std::uint64_t login = 1; login <= 3; ++login) {
        BOOST_TEST(*chain_of_index_key(index[3 - login]) == make_token_id(login));
    }
}

// ---- Reading keys --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_a_key_was_made_of_is_read_back) {
    BOOST_TEST(*parse_token_key(token_key(hash)) == hash);
    const auto in_index = index_key(make_family_id(1), chain);
    BOOST_TEST(*leading_id<FamilyId>(in_index.view()) == make_family_id(1));
    BOOST_TEST(*chain_of_index_key(in_index.view()) == chain);
    BOOST_TEST(*trailing_id<FamilyId>(family_end_key(family).view(), 17) == family);
    BOOST_TEST(*trailing_id<UserId>(user_end_key(user).view(), 17) == user);
    BOOST_TEST(*trailing_id<FamilyId>(ended_family_key(user, family).view(), 33) == family);
}

BOOST_AUTO_TEST_CASE(a_key_of_another_length_is_not_read) {
    for (std::size_t size = 0; size <= 40; ++size) {
        const std::string key(size, 'k');
        BOOST_TEST(parse_token_key(key).has_value() == (size == 32), "size " << size);
        BOOST_TEST(leading_id<UserId>(key).has_value() == (size == 32), "size " << size);
        BOOST_TEST(trailing_id<UserId>(key, 33).has_value() == (size == 33), "size " << size);
        BOOST_TEST(trailing_id<UserId>(key, 16).has_value() == (size == 16), "size " << size);
    }
}

BOOST_AUTO_TEST_CASE(no_id_is_read_from_a_key_shorter_than_an_id) {
    BOOST_TEST(!trailing_id<UserId>("", 0).has_value());
    BOOST_TEST(!trailing_id<UserId>(std::string(15, 'k'), 15).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
