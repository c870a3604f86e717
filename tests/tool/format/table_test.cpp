#include "format/table.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

namespace tokenstore::tool {
namespace {

BOOST_AUTO_TEST_SUITE(table_form)

BOOST_AUTO_TEST_CASE(columns_are_aligned_by_what_is_seen) {
    BOOST_TEST(table({{"name", "n"}, {"\xe5\xb9\xb3\xe6\x9d\xbf\xe7\x94\xb5", "1"}, {"T\xc3\xa9l\xc3\xa9", "22"}}) ==
               "name    n\n"
               "\xe5\xb9\xb3\xe6\x9d\xbf\xe7\x94\xb5  1\n"
               "T\xc3\xa9l\xc3\xa9    22\n");
}

BOOST_AUTO_TEST_CASE(numbers_stand_at_the_right_and_their_heading_above_them) {
    BOOST_TEST(table({{"day", "tokens"}, {"1", Cell(1'234'567)}, {"2", Cell(8)}}) ==
               "day     tokens\n"
               "1    1,234,567\n"
               "2            8\n");
}

BOOST_AUTO_TEST_CASE(colours_do_not_move_columns) {
    const std::vector<Row> rows = {{"state", "n"}, {{"live", Colour::green}, "1"}};
    BOOST_TEST(table(rows) == "state  n\nlive   1\n");
    BOOST_TEST(table(rows, true) == "\x1b[1mstate\x1b[0m  \x1b[1mn\x1b[0m\n\x1b[32mlive\x1b[0m   1\n");
}

BOOST_AUTO_TEST_CASE(fields_stand_below_each_other) {
    BOOST_TEST(field_list({{"state", "live"}, {"id", "7"}}) == "state: live\nid:    7\n");
}

BOOST_AUTO_TEST_CASE(bar_is_as_long_as_its_share_and_never_vanishes) {
    BOOST_TEST(bar(0, 10).empty());
    BOOST_TEST(bar(10, 10, 3) == "\u2588\u2588\u2588");
    BOOST_TEST(bar(5, 10, 3) == "\u2588\u258c");
    BOOST_TEST(bar(1, 1'000'000, 3) == "\u258f");
}

BOOST_AUTO_TEST_CASE(no_rows_give_no_text) { BOOST_TEST(table({}).empty()); }

BOOST_AUTO_TEST_CASE(null_empty_and_hostile_texts_are_told_apart) {
    BOOST_TEST(shown_text(std::nullopt) == "-");
    BOOST_TEST(shown_text("") == "\"\"");
    BOOST_TEST(shown_text("a\nb") == "a\\nb");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
