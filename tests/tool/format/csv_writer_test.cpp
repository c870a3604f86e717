#include "format/csv_writer.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::tool {
namespace {

std::string field(std::optional<std::string_view> text) {
    std::string out;
    append_csv_field(out, text);
    return out;
}

BOOST_AUTO_TEST_SUITE(csv_writer)

BOOST_AUTO_TEST_CASE(null_is_nothing) { BOOST_TEST(field(std::nullopt).empty()); }

BOOST_AUTO_TEST_CASE(empty_string_is_two_quotes) { BOOST_TEST(field("") == "\"\""); }

BOOST_AUTO_TEST_CASE(plain_text_is_bare) {
    constexpr std::array<std::string_view, 5> plain = {"a", " ", "a\\b", "T\xc3\xa9l\xc3\xa9 salon", "tab\there"};
    for (const std::string_view text : plain) BOOST_TEST(field(text) == text);
}

BOOST_AUTO_TEST_CASE(comma_quote_and_line_breaks_are_quoted) {
    BOOST_TEST(field("a,b") == "\"a,b\"");
    BOOST_TEST(field("a\"b\"") == "\"a\"\"b\"\"\"");
    BOOST_TEST(field("a\nb") == "\"a\nb\"");
    BOOST_TEST(field("a\rb") == "\"a\rb\"");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
