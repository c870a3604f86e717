#include "format/terminal_text.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace tokenstore::tool {
namespace {

using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(terminal_text_form)

BOOST_AUTO_TEST_CASE(ordinary_text_of_any_script_is_left_alone) {
    for (const std::string_view text : {"", "MacBook Air", "T\xc3\xa9l\xc3\xa9 salon", "\xe5\xb9\xb3\xe6\x9d\xbf",
                                        "\xf0\x9f\x93\xb1", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"}) {
        BOOST_TEST(terminal_text(text) == text);
    }
}

BOOST_AUTO_TEST_CASE(control_characters_are_escaped) {
    BOOST_TEST(terminal_text("a\nb\rc\td") == "a\\nb\\rc\\td");
    BOOST_TEST(terminal_text("\x1b[2J\x07\x7f\0!"sv) == "\\x1b[2J\\x07\\x7f\\x00!");
    BOOST_TEST(terminal_text("\xc2\x9b"
                             "31m") == "\\u009b31m");
}

BOOST_AUTO_TEST_CASE(marks_of_direction_and_invisible_characters_are_escaped) {
    BOOST_TEST(terminal_text("\xe2\x80\xae") == "\\u202e");
    BOOST_TEST(terminal_text("\xe2\x81\xa6") == "\\u2066");
    BOOST_TEST(terminal_text("\xe2\x80\x8b") == "\\u200b");
    BOOST_TEST(terminal_text("\xe2\x80\xa8") == "\\u2028");
    BOOST_TEST(terminal_text("\xd8\x9c") == "\\u061c");
    BOOST_TEST(terminal_text("\xef\xbb\xbf") == "\\ufeff");
    BOOST_TEST(terminal_text("\xe1\x85\x9f\xe1\x85\xa0") == "\\u115f\\u1160");  // Hangul fillers
    BOOST_TEST(terminal_text("\xe3\x85\xa4\xef\xbe\xa0") == "\\u3164\\uffa0");
    BOOST_TEST(terminal_text("\xe1\x84\x92\xe1\x85\xa1") == "\xe1\x84\x92\xe1\x85\xa1");  // the letters beside them
    BOOST_TEST(terminal_text("\xf3\xa0\x80\xa1") == "\\U000e0021");
}

BOOST_AUTO_TEST_CASE(backslash_is_escaped_so_that_no_text_looks_like_an_escape) {
    BOOST_TEST(terminal_text("a\\nb") == "a\\\\nb");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_shown_one_by_one) {
    BOOST_TEST(terminal_text("a\xff\xfe z") == "a\\xff\\xfe z");
    BOOST_TEST(terminal_text("\xc3") == "\\xc3");                    // cut short
    BOOST_TEST(terminal_text("\xc0\xaf") == "\\xc0\\xaf");           // overlong
    BOOST_TEST(terminal_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
    BOOST_TEST(terminal_text("\xe5\xb9 ok") == "\\xe5\\xb9 ok");
}

BOOST_AUTO_TEST_CASE(wide_characters_take_two_columns_and_combining_ones_none) {
    BOOST_TEST(display_width("abc") == 3U);
    BOOST_TEST(display_width("\xe5\xb9\xb3\xe6\x9d\xbf") == 4U);
    BOOST_TEST(display_width("e\xcc\x81") == 1U);
    BOOST_TEST(display_width("") == 0U);
}

BOOST_AUTO_TEST_CASE(cutting_counts_columns_and_never_splits_a_character) {
    BOOST_TEST(cut_to_width("abcdef", 6) == "abcdef");
    BOOST_TEST(cut_to_width("abcdefg", 6) == "abc...");
    BOOST_TEST(cut_to_width("\xe5\xb9\xb3\xe6\x9d\xbf\xe7\x94\xb5\xe8\x84\x91", 8) ==
               "\xe5\xb9\xb3\xe6\x9d\xbf\xe7\x94\xb5\xe8\x84\x91");
    BOOST_TEST(cut_to_width("\xe5\xb9\xb3\xe6\x9d\xbf\xe7\x94\xb5\xe8\x84\x91", 6) == "\xe5\xb9\xb3...");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
