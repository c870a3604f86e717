// tokenstore admin: shows first, asks, changes, counts; and leaves alone what another process holds.
#include <boost/test/unit_test.hpp>
#include <regex>
#include <string>
#include <vector>

#include "codec/keys.hpp"
#include "support/folder_image.hpp"
#include "tool/expected_output.hpp"
#include "tool/small_store.hpp"

namespace tokenstore::tool::test {
namespace {

using namespace tokenstore::test;

struct AdminFixture : SmallStore {
    [[nodiscard]] std::vector<std::vector<std::string>> all_changes() const {
        const std::string at = store().string();
        return {{"admin", "revoke", at, "--hash", to_hex(make_hash(4))},
                {"admin", "revoke", at, "--family", to_string(make_family_id(5))},
                {"admin", "revoke", at, "--user", to_string(make_user_id(1))},
                {"admin", "cleanup", at},
                {"admin", "compact", at},
                {"admin", "repair-index", at}};
    }

    [[nodiscard]] static std::vector<std::string> with(std::vector<std::string> arguments, const std::string& flag) {
        arguments.push_back(flag);
        return arguments;
    }
};

BOOST_FIXTURE_TEST_SUITE(admin, AdminFixture)

BOOST_AUTO_TEST_CASE(dry_run_tells_what_would_be_done_and_changes_nothing) {
    const FolderImage before(store());
    std::string output;
    for (const auto& change : all_changes()) {
        const Finished dry = tool(with(change, "--dry-run"));
        BOOST_TEST(dry.exit_code == 0, dry.errors);
        BOOST_TEST(dry.errors.starts_with("tokenstore: found in the store as of "), dry.errors);
        output += dry.output;
    }
    check_output(settled(output), "admin_dry_run.jsonl");
    BOOST_TEST(FolderImage(store()) == before);
}

// Whoever has mistyped what is to be revoked must hear of it, before and after.
BOOST_AUTO_TEST_CASE(what_is_not_stored_ends_with_1_and_is_named) {
    const std::string at = store().string();
    const std::vector<std::vector<std::string>> changes = {
        {"admin", "revoke", at, "--hash", to_hex(make_hash(40))},
        {"admin", "revoke", at, "--family", to_string(make_family_id(50))},
        {"admin", "revoke", at, "--user", to_string(make_user_id(60))}};
    std::string output;
    for (const auto& change : changes) {
        for (const char* how : {"--dry-run", "--yes"}) {
            const Finished finished = tool(with(change, how));
            BOOST_TEST(finished.exit_code == 1, finished.output);
            output += finished.output + finished.errors;
        }
    }
    static const std::regex change("change [0-9]+");
    check_output(std::regex_replace(settled(output), change, "change N"), "admin_not_found.txt");
}

BOOST_AUTO_TEST_CASE(what_is_not_stored_ends_with_1_however_often_it_is_ended) {
    const std::vector<std::vector<std::string>> changes = {
        {"admin", "revoke", store().string(), "--family", to_string(make_family_id(50)), "--yes"},
        {"admin", "revoke", store().string(), "--user", to_string(make_user_id(60)), "--yes"}};
    for (const auto& change : changes) {
        for (int time = 1; time <= 3; ++time) {
            const Finished revoked = tool(change);
            BOOST_TEST(revoked.exit_code == 1, change[3] << " for the " << time << "th time");
            BOOST_TEST(revoked.output.find("\"outcome\":\"not_found\"") != std::string::npos, revoked.output);
        }
    }
}

BOOST_AUTO_TEST_CASE(family_that_is_stored_and_was_ended_before_is_told_apart) {
    const Finished again =
        tool({"admin", "revoke", store().string(), "--family", to_string(make_family_id(3)), "--yes"});
    BOOST_TEST(again.exit_code == 0, again.errors);
    BOOST_TEST(again.output.find("\"outcome\":\"already_ended\"") != std::string::npos, again.output);
}

BOOST_AUTO_TEST_CASE(plan_of_a_revocation_reads_no_more_than_it_is_about) {
    tamper([&](PlainDatabase& database) {
        database.put("tokens", codec::token_key(make_hash(4)), "no record of ours");  // another user's and family's
    });
    const std::vector<std::vector<std::string>> changes = {
        {"admin", "revoke", store().string(), "--family", to_string(make_family_id(5)), "--dry-run"},
        {"admin", "revoke", store().string(), "--user", to_string(make_user_id(1)), "--dry-run"}};
    for (const auto& change : changes) {
        const Finished plan = tool(change);
        BOOST_TEST(plan.exit_code == 0, plan.errors);
        BOOST_TEST(plan.output.find("\"outcome\":\"to_be_ended\"") != std::string::npos, plan.output);
    }
}

BOOST_AUTO_TEST_CASE(token_that_the_index_has_lost_is_found_all_the_same) {
    tamper([&](PlainDatabase& database) {
        database.remove("by_family", codec::index_key(make_family_id(5), token(5).chain_id).view());
    });
    const Finished plan =
        tool({"admin", "revoke", store().string(), "--family", to_string(make_family_id(5)), "--dry-run"});
    BOOST_TEST(plan.exit_code == 0, plan.errors);
    BOOST_TEST(plan.output.find("\"live_tokens\":1,\"outcome\":\"to_be_ended\"") != std::string::npos, plan.output);
}

BOOST_AUTO_TEST_CASE(plan_shows_hashes_and_users_whole_if_so_wanted) {
    const std::string at = store().string();
    const std::string hash = to_hex(make_hash(4));
    const std::string user = to_string(make_user_id(1));
    const Finished token = tool({"admin", "revoke", at, "--hash", hash, "--dry-run", "--full-hash"});
    BOOST_TEST(token.output.find('"' + hash + '"') != std::string::npos, token.output);
    const Finished sessions = tool({"admin", "revoke", at, "--user", user, "--dry-run", "--show-ids"});
    BOOST_TEST(sessions.output.find('"' + user + '"') != std::string::npos, sessions.output);
}

BOOST_AUTO_TEST_CASE(revoking_what_has_no_live_token_left_is_no_failure) {
    const Finished revoked =
        tool({"admin", "revoke", store().string(), "--family", to_string(make_family_id(6)), "--yes"});
    BOOST_TEST(revoked.exit_code == 0, revoked.errors);
    BOOST_TEST(revoked.output.find("\"live_tokens\":0,\"outcome\":\"ended\"") != std::string::npos, revoked.output);
}

BOOST_AUTO_TEST_CASE(without_a_person_to_ask_nothing_is_done) {
    const FolderImage before(store());
    for (const auto& change : all_changes()) {
        const Finished unasked = tool(change);
        BOOST_TEST(unasked.exit_code == 5);
        BOOST_TEST(unasked.output == "");
        BOOST_TEST(unasked.errors == "tokenstore: nobody can be asked here: look with --dry-run, then say --yes\n");
    }
    BOOST_TEST(FolderImage(store()) == before);
}

BOOST_AUTO_TEST_CASE(changes_are_made_and_counted) {
    std::string output;
    for (const auto& change : all_changes()) {
        const Finished made = tool(with(change, "--yes"));
        BOOST_TEST(made.exit_code == 0, made.errors);
        output += made.output;
    }
    check_output(settled(output), "admin_made.jsonl");
    const Finished count = tool({"verify", store().string(), "--full"});
    BOOST_TEST(count.exit_code == 0, count.output);
}

BOOST_AUTO_TEST_CASE(person_at_a_terminal_is_asked) {
    const std::vector<std::string> cleanup = {"admin", "cleanup", store().string()};
    const Finished declined = tool_on_terminal(cleanup, "[y/N] ", "n\n");
    BOOST_TEST(declined.exit_code == 0);
    check_output(declined.output, "admin_declined.txt");
    const Finished agreed = tool_on_terminal(cleanup, "[y/N] ", "y\n");
    BOOST_TEST(agreed.exit_code == 0);
    check_output(agreed.output, "admin_agreed.txt");
}

BOOST_AUTO_TEST_CASE(store_that_another_process_holds_is_left_alone_and_its_holder_named) {
    const TokenStore owner = opened();
    for (const auto& change : all_changes()) {
        const Finished held = tool(with(change, "--yes"));
        BOOST_TEST(held.exit_code == 4);
        BOOST_TEST(held.output == "");
        BOOST_TEST(settled(held.errors) ==
                   "tokenstore: held_by_another_process: the store is held by process PID (tool_tests) (nothing was "
                   "written; try the same call again)\n");
    }
}

BOOST_AUTO_TEST_CASE(dry_run_works_beside_the_process_that_holds_the_store) {
    const TokenStore owner = opened();
    for (const auto& change : all_changes()) {
        const Finished dry = tool(with(change, "--dry-run"));
        BOOST_TEST(dry.exit_code == 0, dry.errors);
    }
}

BOOST_AUTO_TEST_CASE(repair_makes_a_store_with_broken_indexes_sound_again) {
    const std::string sound_dump = dump(store(), "jsonl");
    tamper([&](PlainDatabase& database) {
        database.remove("by_user", codec::index_key(make_user_id(2), token(4).chain_id).view());
        database.remove("by_family", codec::index_key(make_family_id(5), token(5).chain_id).view());
        database.put("by_user", codec::index_key(make_user_id(1), token(5).chain_id).view(), "no entry of ours");
        database.put("by_family", codec::index_key(make_family_id(4), token(4).chain_id).view(), "no entry of ours");
        database.remove("revocations", codec::ended_family_key(make_user_id(1), make_family_id(3)).view());
    });
    BOOST_TEST(tool({"verify", store().string(), "--full"}).exit_code == 2);
    const Finished repaired = tool({"admin", "repair-index", store().string(), "--yes"});
    BOOST_TEST(repaired.exit_code == 0, repaired.errors);
    check_output(repaired.output, "admin_repair.jsonl");
    const Finished verify = tool({"verify", store().string(), "--full"});
    BOOST_TEST(verify.exit_code == 0, verify.output);
    BOOST_TEST(dump(store(), "jsonl") == sound_dump);
}

BOOST_AUTO_TEST_CASE(repair_that_leaves_findings_ends_with_2) {
    tamper([&](PlainDatabase& database) {
        database.put("tokens", codec::token_key(make_hash(2)), "no record of ours");  // nothing can make that anew
    });
    for (const char* how : {"--dry-run", "--yes", "--dry-run", "--yes"}) {
        const Finished repair = tool({"admin", "repair-index", store().string(), how});
        BOOST_TEST(repair.exit_code == 2, repair.output);
    }
}

BOOST_AUTO_TEST_CASE(repair_never_takes_an_end_away) {
    tamper([&](PlainDatabase& database) {
        database.remove("revocations", codec::family_end_key(make_family_id(3)).view());
    });
    BOOST_TEST(tool({"admin", "repair-index", store().string(), "--yes"}).exit_code == 0);
    const TokenStore opened_store = opened();
    BOOST_TEST(!must(opened_store.get_valid_by_hash(make_hash(3))).has_value());
}

BOOST_AUTO_TEST_CASE(wrong_usage_ends_with_5) {
    const std::string at = store().string();
    const std::vector<std::vector<std::string>> commands = {
        {"admin"},
        {"admin", "revoke", at},
        {"admin", "revoke", at, "--hash", "no hash"},
        {"admin", "revoke", at, "--user", to_string(make_user_id(1)), "--family", to_string(make_family_id(1))},
        {"admin", "cleanup", at, "--yes", "--dry-run"},
    };
    for (const auto& command : commands) BOOST_TEST(tool(command).exit_code == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
