#include "failing_random.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/raw_token.hpp>

#include "memory_flags.hpp"

namespace tokenstore {
namespace {

template <class Type>
concept Streamable = requires(std::ostream& out, const Type& value) {
    out << value;
};

static_assert(Streamable<std::string>);
static_assert(!Streamable<RawToken>);
static_assert(!std::equality_comparable<RawToken>);
static_assert(!std::is_copy_constructible_v<RawToken> && !std::is_copy_assignable_v<RawToken>);
static_assert(std::is_nothrow_move_constructible_v<RawToken> && std::is_nothrow_move_assignable_v<RawToken>);
static_assert(!std::is_default_constructible_v<RawToken>);
static_assert(!std::is_convertible_v<RawToken, std::string_view> && !std::is_convertible_v<RawToken, std::string>);
static_assert(!std::is_convertible_v<std::string_view, RawToken>);

constexpr std::string_view known_text = "OLP27fpw6Rm4oP7HBuigs5Q1-oqQLLWRn2hOboybztk";
constexpr std::string_view known_hash = "d23c4a6bd65e1ba18325e92c090e743e78aadafbaddac4f4fee4803e434d5b2f";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

RawToken known_token() { return RawToken::from_text(known_text).value(); }

// Whether characters that were a token's are zeros. Secret memory stays mapped, so they can be looked at.
bool is_wiped(const char* characters) {
    return std::all_of(characters, characters + RawToken::length, [](char character) { return character == 0; });
}

BOOST_AUTO_TEST_SUITE(raw_token)

BOOST_AUTO_TEST_CASE(a_presented_token_is_revealed_as_it_was) {
    const auto token = RawToken::from_text(known_text);
    BOOST_TEST_REQUIRE(token.has_value());
    BOOST_TEST(token->reveal() == known_text);
}

BOOST_AUTO_TEST_CASE(the_hash_of_an_issued_token_is_the_one_that_its_issuer_stored) {
    BOOST_TEST(to_hex(hash_token(known_token())) == known_hash);
    BOOST_TEST(to_hex(hash_token(known_text)) == known_hash);
}

BOOST_AUTO_TEST_CASE(text_that_is_no_token_is_hashed_as_well) {
    BOOST_TEST(to_hex(hash_token("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(to_hex(hash_token("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(every_character_of_the_alphabet_is_taken_and_no_other) {
    for (int value = -128; value < 128; ++value) {
        const char character = static_cast<char>(value);
        std::string text(known_text);
        text[20] = character;
        const bool in_alphabet = alphabet.find(character) != std::string_view::npos;
        BOOST_TEST(RawToken::from_text(text).has_value() == in_alphabet, "character " << value);
    }
}

BOOST_AUTO_TEST_CASE(a_last_character_with_bits_beyond_the_32_bytes_is_refused) {
    for (std::size_t value = 0; value < alphabet.size(); ++value) {
        std::string text(known_text);
        text.back() = alphabet[value];
        BOOST_TEST(RawToken::from_text(text).has_value() == (value % 4 == 0), "character " << alphabet[value]);
    }
}

BOOST_AUTO_TEST_CASE(text_of_another_length_or_form_is_refused_without_being_repeated) {
    const std::string good(known_text);
    const std::vector<std::string> malformed{"",
                                             good.substr(1),
                                             good.substr(0, 42),
                                             good + "A",
                                             good + "=",
                                             " " + good,
                                             good + "\n",
                                             good.substr(0, 42) + "=",
                                             std::string(43, '\0'),
                                             std::string(1'000'000, 'A')};
    for (const std::string& text : malformed) {
        const auto token = RawToken::from_text(text);
        BOOST_TEST_REQUIRE(!token.has_value());
        BOOST_TEST((token.error().code == ErrorCode::malformed_token));
        BOOST_TEST((token.error().write == WriteState::nothing_written));
        BOOST_TEST(token.error().to_string().find(good.substr(1, 10)) == std::string::npos);
    }
    BOOST_TEST(!RawToken::from_text(std::string_view()).has_value());
}

BOOST_AUTO_TEST_CASE(a_generated_token_is_well_formed_and_never_repeats) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto token = generate_token();
        BOOST_TEST_REQUIRE(token.has_value());
        BOOST_TEST_REQUIRE(token->reveal().size() == RawToken::length);
        BOOST_TEST_REQUIRE(RawToken::from_text(token->reveal()).has_value());
        BOOST_TEST_REQUIRE(seen.insert(std::string(token->reveal())).second);
    }
}

BOOST_AUTO_TEST_CASE(generated_tokens_use_the_whole_alphabet) {
    std::set<char> inside;
    std::set<char> last;
    for (int i = 0; i < 1000; ++i) {
        const auto token = generate_token();
        inside.insert(token->reveal().begin(), token->reveal().end() - 1);
        last.insert(token->reveal().back());
    }
    BOOST_TEST(inside.size() == 64U);
    BOOST_TEST(last.size() == 16U);
}

BOOST_AUTO_TEST_CASE(without_random_bytes_there_is_no_new_token) {
    const FailingRandom failing;
    const auto token = generate_token();
    BOOST_TEST_REQUIRE(!token.has_value());
    BOOST_TEST((token.error().code == ErrorCode::random_unavailable));
}

BOOST_AUTO_TEST_CASE(a_destroyed_token_leaves_zeros) {
    const char* characters = nullptr;
    {
        const RawToken token = known_token();
        characters = token.reveal().data();
        BOOST_TEST(!is_wiped(characters));
    }
    BOOST_TEST(is_wiped(characters));
}

BOOST_AUTO_TEST_CASE(a_token_moved_from_is_empty_and_its_secret_stays_in_one_place) {
    RawToken first = known_token();
    const char* const characters = first.reveal().data();
    const RawToken second(std::move(first));
    // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): promised to be empty
    BOOST_TEST(first.reveal().empty());
    BOOST_TEST(second.reveal() == known_text);
    BOOST_TEST(second.reveal().data() == characters);
    BOOST_TEST((hash_token(first) == hash_token("")));
}

BOOST_AUTO_TEST_CASE(a_token_assigned_to_wipes_the_secret_that_it_held) {
    RawToken target = generate_token().value();
    const char* const old_characters = target.reveal().data();
    RawToken source = known_token();
    target = std::move(source);
    BOOST_TEST(is_wiped(old_characters));
    // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): promised to be empty
    BOOST_TEST(source.reveal().empty());
    BOOST_TEST(target.reveal() == known_text);
}

BOOST_AUTO_TEST_CASE(a_token_assigned_to_itself_keeps_its_secret) {
    RawToken token = known_token();
    RawToken& same = token;
    token = std::move(same);
    BOOST_TEST(token.reveal() == known_text);
}

BOOST_AUTO_TEST_CASE(tokens_stay_out_of_core_dumps) {
    const RawToken presented = known_token();
    const auto generated = generate_token();
    BOOST_TEST(memory_flags_at(presented.reveal().data()).contains("dd"));  // MADV_DONTDUMP
    BOOST_TEST(memory_flags_at(generated->reveal().data()).contains("dd"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore
