#include "format/token_json.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

using namespace test;

std::string json_text(std::string_view text) {
    rapidjson::StringBuffer buffer;
    JsonWriter json(buffer);
    write_json_text(json, text);
    return buffer.GetString();
}

BOOST_AUTO_TEST_SUITE(token_json)

BOOST_AUTO_TEST_CASE(live_token_is_one_line_with_the_columns_first) {
    BOOST_TEST(JsonLines().line(live_token()) ==
               "{\"id\":\"019db28b-8e1b-7095-8647-b45183dc32ab\",\"created_at\":\"2026-04-22T00:16:23.579050Z\","
               "\"updated_at\":null,"
               "\"token_hash\":\"4f28c60f3d4cebd8ab2cffd6a4bde132a54552c41e029480a5903e7e2a99374e\","
               "\"user_id\":\"b30c35ee-e001-4c95-b03d-dfbc69d455e4\","
               "\"family_id\":\"019db28b-8e1b-7ad7-9eb9-218af6aff4c3\",\"device_id\":null,"
               "\"device_name\":\"ThinkPad X1, B\xc3\xbcro\",\"ip_address\":null,"
               "\"expires_at\":\"2026-05-22T00:16:23Z\",\"is_revoked\":false,\"revoked_at\":null,"
               "\"chain_id\":\"019db28b-8e1b-7095-8647-b45183dc32ab\",\"state\":\"live\",\"revocation_reason\":null,"
               "\"consumed_at\":null,\"predecessor\":null,\"successor\":null}\n");
}

BOOST_AUTO_TEST_CASE(state_and_lineage_follow_the_columns) {
    JudgedToken judged = live_token();
    judged.state = TokenState::consumed;
    judged.token.consumed_at_us = end_us;
    judged.token.predecessor = parse_token_hash(std::string(64, 'a')).value();
    judged.token.successor = parse_token_hash(std::string(64, 'b')).value();
    JsonLines lines;
    BOOST_TEST(lines.line(judged).ends_with(
        "\"is_revoked\":true,\"revoked_at\":\"2026-04-24T03:06:40Z\","
        "\"chain_id\":\"019db28b-8e1b-7095-8647-b45183dc32ab\",\"state\":\"consumed\",\"revocation_reason\":null,"
        "\"consumed_at\":\"2026-04-24T03:06:40Z\",\"predecessor\":\"" +
        std::string(64, 'a') + "\",\"successor\":\"" + std::string(64, 'b') + "\"}\n"));
    BOOST_TEST(lines.line(with_family_ended(live_token()))
                   .find("\"state\":\"revoked\",\"revocation_reason\":\"family_revoked\"") != std::string_view::npos);
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
