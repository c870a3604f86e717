#include "format/json_line.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::tool {
namespace {

std::string json_text(std::string_view text) {
    rapidjson::StringBuffer buffer;
    JsonWriter json(buffer);
    write_json_text(json, text);
    return buffer.GetString();
}

BOOST_AUTO_TEST_SUITE(json_line)

BOOST_AUTO_TEST_CASE(members_come_in_the_order_of_the_calls) {
    JsonLine line;
    line.number("z", 7).flag("a", true).time("t", 0).null("none").time("never", std::nullopt);
    BOOST_TEST(line.finish() == "{\"z\":7,\"a\":true,\"t\":\"1970-01-01T00:00:00Z\",\"none\":null,\"never\":null}\n");
}

BOOST_AUTO_TEST_CASE(next_line_begins_anew) {
    JsonLine line;
    BOOST_TEST(line.plain("first", "1").finish() == "{\"first\":\"1\"}\n");
    BOOST_TEST(line.text("second", "\x1b").finish() == "{\"second\":\"\\u001B\"}\n");
    BOOST_TEST(line.finish() == "{}\n");
}

BOOST_AUTO_TEST_CASE(text_is_escaped_as_json_and_terminals_need_it) {
    BOOST_TEST(json_text("a\"b\\c\n\x1b") == "\"a\\\"b\\\\c\\n\\u001B\"");
    BOOST_TEST(json_text("\x7f") == "\"\\u007f\"");
    BOOST_TEST(json_text("\"\\\n\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\xa1") ==
               "\"\\\"\\\\\\u000a\\u009b\\u202e\\udb40\\udc21\"");
}

BOOST_AUTO_TEST_CASE(text_of_any_script_is_left_alone) {
    BOOST_TEST(json_text("\xe5\xb9\xb3 \xf0\x9f\x93\xb1") == "\"\xe5\xb9\xb3 \xf0\x9f\x93\xb1\"");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_do_not_break_the_json) {
    BOOST_TEST(json_text("a\xff\xe5") == "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
