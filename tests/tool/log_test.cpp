// tokenstore log: the write-ahead log as operations.
#include <boost/test/unit_test.hpp>
#include <string>

#include "tool/expected_output.hpp"
#include "tool/small_store.hpp"

namespace tokenstore::tool::test {
namespace {

using namespace tokenstore::test;

struct LogFixture : SmallStore {
    LogFixture() : owner(opened()) {}

    void operate() {
        must(owner.import_tokens(std::vector<Token>{token(11), token(12)}));
        Successor next = make_successor(13);
        next.expires_at_us = now_us + day_us;
        must(owner.rotate_token(make_hash(11), next));
        must(owner.revoke_token(make_hash(12), Durability::lose_on_power_failure));
        must(owner.revoke_family(make_family_id(11)));
        must(owner.revoke_all_user_tokens(make_user_id(2)));
        must(owner.rotate_token(make_hash(1), make_successor(14)));  // reuse: the family of 1 ends
        must(owner.cleanup_expired(Durability::lose_on_power_failure));
    }

    TokenStore owner;
};

BOOST_FIXTURE_TEST_SUITE(log, LogFixture)

BOOST_AUTO_TEST_CASE(operations_of_a_live_store_are_told_in_their_order) {
    operate();
    const Finished log = tool({"log", store().string()});
    BOOST_TEST(log.exit_code == 0, log.errors);
    check_output(settled(log.output), "log.jsonl");
    const Finished table = tool({"log", store().string(), "--format", "table"});
    check_output(settled(table.output), "log.txt");
}

BOOST_AUTO_TEST_CASE(log_goes_on_behind_a_change) {
    operate();
    const Finished all = tool({"log", store().string()});
    const std::string last_line = all.output.substr(all.output.rfind('\n', all.output.size() - 2) + 1);
    const auto sequence = parse_json(last_line)["sequence"].GetUint64();
    const Finished rest = tool({"log", store().string(), "--behind", std::to_string(sequence - 1)});
    BOOST_TEST(rest.output == last_line);
}

BOOST_AUTO_TEST_CASE(what_was_flushed_is_in_the_log_no_more) {
    operate();
    must(owner.flush());
    must(owner.revoke_token(make_hash(4)));
    const Finished log = tool({"log", store().string()});
    BOOST_TEST(log.exit_code == 0, log.errors);
    BOOST_TEST(log.output.find("rotated") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(follow_ends_when_its_reader_leaves) {
    operate();
    RunOptions options;
    options.output_to = RunOptions::OutputTo::closed_pipe;
    const Finished follow = tool({"log", store().string(), "--follow"}, options);
    BOOST_TEST(follow.exit_code == 0);
    BOOST_TEST(follow.errors == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
