#include "format/token_json.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

using namespace test;

std::string line_of(const JudgedToken& judged, const Redaction& shown = nothing_redacted) {
    JsonLine line;
    add_token(line, judged, shown);
    return std::string(line.finish());
}

BOOST_AUTO_TEST_SUITE(token_json)

BOOST_AUTO_TEST_CASE(live_token_is_one_line_with_the_columns_first) {
    BOOST_TEST(line_of(live_token()) ==
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
    BOOST_TEST(line_of(judged).ends_with(
        "\"is_revoked\":true,\"revoked_at\":\"2026-04-24T03:06:40Z\","
        "\"chain_id\":\"019db28b-8e1b-7095-8647-b45183dc32ab\",\"state\":\"consumed\",\"revocation_reason\":null,"
        "\"consumed_at\":\"2026-04-24T03:06:40Z\",\"predecessor\":\"" +
        std::string(64, 'a') + "\",\"successor\":\"" + std::string(64, 'b') + "\"}\n"));
    BOOST_TEST(line_of(with_family_ended(live_token()))
                   .find("\"state\":\"revoked\",\"revocation_reason\":\"family_revoked\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(by_default_hashes_and_user_are_cut_and_what_names_people_is_left_out) {
    JudgedToken judged = live_token();
    judged.token.successor = parse_token_hash(std::string(64, 'b')).value();
    const std::string line = line_of(judged, {});
    BOOST_TEST(line.find("\"token_hash\":\"4f28c60f\",\"user_id\":\"69d455e4\",") != std::string::npos, line);
    BOOST_TEST(line.find("\"successor\":\"bbbbbbbb\"") != std::string::npos, line);
    for (const char* key : {"device_id", "device_name", "ip_address"}) {
        BOOST_TEST(line.find(key) == std::string::npos, line);
    }
    BOOST_TEST(line_of(judged, {.full_hash = true, .show_ids = false}).find(hash_text) != std::string::npos);
    BOOST_TEST(line_of(judged, {.full_hash = false, .show_ids = true}).find(user_text) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
