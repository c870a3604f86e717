#include "base/hex.hpp"

#include <array>
#include <cstdint>
#include <string>

#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

BOOST_AUTO_TEST_SUITE(hex)

BOOST_AUTO_TEST_CASE(every_byte_survives_a_round_trip_in_either_case) {
    for (unsigned value = 0; value < 256; ++value) {
        const std::array<std::uint8_t, 1> byte{static_cast<std::uint8_t>(value)};
        std::string text;
        append_hex(text, byte);
        BOOST_TEST(text.size() == 2U);

        std::array<std::uint8_t, 1> lower{};
        BOOST_TEST(parse_hex(text, lower));
        BOOST_TEST(lower == byte);

        for (char& digit : text) {
            if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
        }
        std::array<std::uint8_t, 1> upper{};
        BOOST_TEST(parse_hex(text, upper));
        BOOST_TEST(upper == byte);
    }
}

BOOST_AUTO_TEST_CASE(only_the_22_digits_have_a_value) {
    const std::string_view digits = "0123456789abcdefABCDEF";
    for (int value = -128; value < 128; ++value) {
        const char character = static_cast<char>(value);
        BOOST_TEST((hex_value(character) >= 0) == (digits.find(character) != std::string_view::npos));
    }
}

BOOST_AUTO_TEST_CASE(text_of_another_length_or_with_another_character_is_refused) {
    std::array<std::uint8_t, 2> out{};
    for (const std::string_view text : {"", "0", "012", "01234", "012g", "g123", "0 12", "0x12", "+123", "-012"}) {
        BOOST_TEST(!parse_hex(text, out), text);
    }
    BOOST_TEST(parse_hex("0123", out));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
