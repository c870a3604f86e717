// tokenstore verify: what it says of sound, disagreeing and damaged stores, and of one that is being written.
#include <boost/test/unit_test.hpp>
#include <string>

#include "codec/keys.hpp"
#include "codec/token_record.hpp"
#include "integration/store_image.hpp"
#include "tool/expected_output.hpp"
#include "tool/small_store.hpp"
#include "tool/writer_beside.hpp"

namespace tokenstore::tool::test {
namespace {

using namespace tokenstore::test;

BOOST_FIXTURE_TEST_SUITE(verify, SmallStore)

BOOST_AUTO_TEST_CASE(sound_store_ends_with_0_and_says_what_was_looked_at) {
    const Finished quick = tool({"verify", store().string()});
    BOOST_TEST(quick.exit_code == 0, quick.errors);
    check_output(settled(quick.output), "verify_sound.jsonl");
    const Finished full = tool({"verify", store().string(), "--full"});
    BOOST_TEST(full.exit_code == 0, full.errors);
    check_output(settled(full.output), "verify_sound_full.jsonl");
}

BOOST_AUTO_TEST_CASE(findings_end_with_2_and_are_a_line_each) {
    Token revived = token(1);
    revived.id = make_token_id(1);
    tamper([&](PlainDatabase& database) {
        database.remove("by_user", codec::index_key(make_user_id(2), token(4).chain_id).view());
        database.remove("tokens", codec::token_key(make_hash(5)));
        database.remove("revocations", codec::ended_family_key(make_user_id(1), make_family_id(3)).view());
        database.put("tokens", codec::token_key(make_hash(2)), "no record of ours, by any means");
    });
    const Finished quick = tool({"verify", store().string()});
    BOOST_TEST(quick.exit_code == 2);
    check_output(settled(quick.output), "verify_findings_quick.jsonl");
    const Finished full = tool({"verify", store().string(), "--full"});
    BOOST_TEST(full.exit_code == 2);
    BOOST_TEST(full.errors == "");
    check_output(settled(full.output), "verify_findings.jsonl");
    const Finished shown = tool({"verify", store().string(), "--full", "--show-ids", "--full-hash"});
    check_output(settled(shown.output), "verify_findings_shown.jsonl");
    const Finished table = tool({"verify", store().string(), "--full", "--format", "table"});
    BOOST_TEST(table.exit_code == 2);
    check_output(settled(table.output), "verify_findings.txt");
    const Finished on_terminal = tool_on_terminal({"verify", store().string(), "--full"});
    BOOST_TEST(on_terminal.output.find("undecodable_record in tokens: ") != std::string::npos, on_terminal.output);
}

BOOST_AUTO_TEST_CASE(damaged_table_file_ends_with_3_and_is_named) {
    {
        TokenStore opened_store = opened();
        must(opened_store.flush());
        must(opened_store.close());
    }
    const Token damaged = token(4);
    damage_table_at(store(), std::string(codec::id_view(damaged.id)) + std::string(codec::id_view(damaged.user_id)));
    const Finished verify = tool({"verify", store().string(), "--full"});
    BOOST_TEST(verify.exit_code == 3);
    BOOST_TEST(verify.output.find("\"finding\":\"damaged_file\",\"column_family\":\"tokens\",\"file\":\"") !=
               std::string::npos);
    BOOST_TEST(verify.output.find("\"verdict\":\"damaged\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(store_that_is_being_written_is_never_called_anything_but_sound) {
    TokenStore owner = opened();
    const WriterBeside writer(owner);
    for (int round = 0; round < 8; ++round) {
        const Finished verify = tool({"verify", store().string(), "--full"});
        BOOST_TEST(verify.exit_code == 0, verify.output << verify.errors);
    }
    BOOST_TEST(!writer.failed());
}

BOOST_AUTO_TEST_CASE(no_store_ends_with_6) {
    const Finished verify = tool({"verify", (folder() / "nowhere").string()});
    BOOST_TEST(verify.exit_code == 6);
    BOOST_TEST(verify.output == "");
    BOOST_TEST(
        verify.errors ==
        "tokenstore: store_missing: there is no store in the directory (nothing was written; fix the request, it "
        "cannot succeed as it is)\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
