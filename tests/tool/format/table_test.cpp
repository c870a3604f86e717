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

BOOST_AUTO_TEST_CASE(no_rows_give_no_text) { BOOST_TEST(table({}).empty()); }

BOOST_AUTO_TEST_CASE(null_empty_and_hostile_texts_are_told_apart) {
    BOOST_TEST(shown_text(std::nullopt) == "-");
    BOOST_TEST(shown_text("") == "\"\"");
    BOOST_TEST(shown_text("a\nb") == "a\\nb");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
