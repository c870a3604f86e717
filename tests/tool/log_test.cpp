// tokenstore log: the write-ahead log as operations.
#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <future>
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

BOOST_AUTO_TEST_CASE(log_that_shows_nothing_says_how_far_it_was_read) {
    must(owner.flush());
    const Finished empty = tool({"log", store().string()});
    BOOST_TEST(empty.output == "");
    BOOST_TEST(empty.errors == "tokenstore: no operation in the log: what there was is in table files\n");
    must(owner.revoke_token(make_hash(4)));
    const std::string last = tool({"log", store().string()}).errors;
    BOOST_TEST(last.starts_with("tokenstore: 1 operation in the log, as far as change "), last);
    const std::string change = last.substr(last.rfind(' ') + 1);
    BOOST_TEST(tool({"log", store().string(), "--behind", change.substr(0, change.size() - 1)}).errors ==
               "tokenstore: no operation in the log behind change " + change);
}

BOOST_AUTO_TEST_CASE(follow_ends_when_its_reader_leaves) {
    operate();
    RunOptions options;
    options.output_to = RunOptions::OutputTo::closed_pipe;
    const Finished follow = tool({"log", store().string(), "--follow"}, options);
    BOOST_TEST(follow.exit_code == 0);
    BOOST_TEST(follow.errors == "");
}

/// The tool at following the log into a file, until the store is moved away.
class Follower : public LogFixture {
public:
    explicit Follower(const std::string& form = "json") {
        write_text(output, "");
        follow = std::async(std::launch::async, [this, form] {
            return tokenstore::test::run_process(
                {"/bin/sh", "-c", "echo $$ > \"$3\"; exec \"$0\" log \"$1\" --follow --format \"$4\" > \"$2\"",
                 TOKENSTORE_TOOL_PATH, store().string(), output.string(), pid_file.string(), form});
        });
    }

    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    /// Whatever has failed: it would follow for ever.
    ~Follower() {
        if (follow.valid()) ::kill(pid(), SIGKILL);
    }

    [[nodiscard]] pid_t pid() const { return std::stoi(read_text(pid_file)); }

    void wait_for(const std::string& word, std::size_t times = 1) {
        using namespace std::chrono_literals;
        for (int tenths = 0; tenths < 300 && count(word) < times; ++tenths) {
            if (follow.wait_for(100ms) == std::future_status::ready) break;
        }
        BOOST_TEST(count(word) >= times, word);
    }

    [[nodiscard]] std::size_t count(const std::string& word) const {
        const std::string text = read_text(output);
        std::size_t times = 0;
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++times;
        return times;
    }

    Finished moved_away() {
        must(owner.close());
        std::filesystem::rename(store(), folder() / "away");
        return follow.get();
    }

    std::filesystem::path output = folder() / "output";
    std::filesystem::path pid_file = folder() / "pid";
    std::future<Finished> follow;
};

struct TableFollower : Follower {
    TableFollower() : Follower("table") {}
};

// While the follower sleeps, its owner drops the log that was being followed; then somebody moves the store away.
BOOST_FIXTURE_TEST_CASE(follow_tells_of_a_log_that_vanished_and_ends_with_its_store, Follower) {
    must(owner.revoke_token(make_hash(4)));
    wait_for("revoked");
    ::kill(pid(), SIGSTOP);
    operate();
    must(owner.flush());
    must(owner.revoke_token(make_hash(5)));
    ::kill(pid(), SIGCONT);
    wait_for("\"operation\":\"lost\"");
    const Finished finished = moved_away();
    BOOST_TEST(finished.exit_code == 6);
    BOOST_TEST(finished.errors.starts_with("tokenstore: store_missing: "), finished.errors);
}

BOOST_FIXTURE_TEST_CASE(a_followed_table_has_its_headings_once, TableFollower) {
    must(owner.revoke_token(make_hash(4)));
    wait_for("token_revoked");
    must(owner.revoke_all_user_tokens(make_user_id(2)));
    wait_for("user_revoked");
    moved_away();
    BOOST_TEST(count("sequence") == 1U);
    // A column may become wider, and never narrower: the end of a user has no family to show.
    const std::string text = read_text(output);
    const std::size_t second_line = text.find('\n') + 1;
    const std::size_t last_line = text.rfind('\n', text.size() - 2) + 1;
    BOOST_TEST(last_line > second_line);
    BOOST_TEST(text.find("user_revoked", last_line) - last_line >=
               text.find("token_revoked", second_line) - second_line);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
