// What can be read of a damaged store is shown, what cannot is told, and the tool ends with 3.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "support/plain_database.hpp"
#include "support/results.hpp"
#include "support/token_builders.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::set<std::string> lines_of(const std::string& text) {
    std::set<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin) + 1;
        lines.insert(text.substr(begin, end - begin));
        begin = end;
    }
    return lines;
}

void flip_last_byte(tokenstore::test::PlainDatabase& database, const char* family, const std::string& key) {
    std::string value = database.get(family, key).value();
    value.back() = static_cast<char>(value.back() ^ 1);
    database.put(family, key, value);
}

class DamagedStore : public ToolFixture {
public:
    DamagedStore() {
        import_sample();
        whole = dump(store(), "jsonl");
    }

    // Every so manieth token of the sample, in the order of hashes.
    void damage_every(std::size_t distance) const {
        tokenstore::test::PlainDatabase database(store());
        const std::vector<std::string> keys = database.keys("tokens");
        for (std::size_t i = 0; i < keys.size(); i += distance) flip_last_byte(database, "tokens", keys[i]);
    }

    [[nodiscard]] std::vector<std::vector<std::string>> figures_of_the_store() const {
        const std::string at = store().string();
        return {{"count", at}, {"size", at}, {"stat", at}, {"stat", at, "--prom"}, {"info", at}};
    }

    std::string whole;
};

BOOST_AUTO_TEST_SUITE(damaged_store)

BOOST_FIXTURE_TEST_CASE(dump_holds_every_token_that_can_be_read, DamagedStore) {
    damage_every(334);  // 1, 335, 669 and the last but one
    for (const char* format : {"jsonl", "csv"}) {
        const Finished dump = tool({"dump", store().string(), "--format", format});
        BOOST_TEST(dump.exit_code == 3);
        BOOST_TEST(without_now(dump.errors).starts_with("tokenstore: corrupt: 999 tokens of the store as of NOW"),
                   dump.errors);
        BOOST_TEST(dump.errors.ends_with(", WITHOUT 3 damaged records\n"), dump.errors);
    }
    const std::set<std::string> all = lines_of(whole);
    const std::set<std::string> saved = lines_of(tool({"dump", store().string()}).output);
    BOOST_TEST(saved.size() == 999U);
    BOOST_TEST(std::includes(all.begin(), all.end(), saved.begin(), saved.end()));
}

BOOST_FIXTURE_TEST_CASE(what_was_saved_into_a_file_can_be_imported, DamagedStore) {
    damage_every(334);
    const std::string file = (folder() / "saved.jsonl").string();
    BOOST_TEST(tool({"dump", store().string(), "--out", file}).exit_code == 3);
    const std::string other = (folder() / "other").string();
    BOOST_TEST(tool({"import", other, file}).exit_code == 0);
    BOOST_TEST(tool({"dump", other}).output == read_text(file));
}

BOOST_FIXTURE_TEST_CASE(figures_are_of_what_can_be_read, DamagedStore) {
    damage_every(334);
    const std::string page = (folder() / "report.html").string();
    const std::vector<std::vector<std::string>> commands = {{"count", store().string(), "--by", "state"},
                                                            {"top", store().string()},
                                                            {"expiry", store().string()},
                                                            {"report", store().string(), "--out", page},
                                                            {"diff", store().string(), store().string()}};
    for (const auto& command : commands) {
        const Finished finished = tool(command);
        BOOST_TEST(finished.exit_code == 3, command.front());
        BOOST_TEST(contains(finished.errors, "WITHOUT 3 damaged records"), finished.errors);
    }
    BOOST_TEST(contains(read_text(page), "left out: 3 damaged records"));
}

// The end of one user: whether that user's tokens are valid cannot be told, all others can.
BOOST_FIXTURE_TEST_CASE(tokens_whose_end_is_damaged_are_left_out_alone, ToolFixture) {
    using tokenstore::test::must;
    {
        auto made = must(TokenStore::open(store(), keeping_everything()));
        for (std::uint64_t number = 1; number <= 600; ++number) {
            NewToken token = tokenstore::test::make_new_token(number);
            token.user_id = tokenstore::test::make_user_id(number % 3);
            token.expires_at_us = system_clock().wall_us() + tokenstore::test::day_us;
            static_cast<void>(must(made.create_token(token)));
        }
        static_cast<void>(must(made.revoke_all_user_tokens(tokenstore::test::make_user_id(1))));
        must(made.close());
    }
    {
        tokenstore::test::PlainDatabase database(store());
        for (const std::string& key : database.keys("revocations")) {
            if (key.front() == 'U') flip_last_byte(database, "revocations", key);
        }
    }
    const Finished dump = tool({"dump", store().string()});
    BOOST_TEST(dump.exit_code == 3);
    BOOST_TEST(lines_of(dump.output).size() == 400U);
    BOOST_TEST(dump.errors.ends_with(", WITHOUT 200 damaged records\n"), dump.errors);
}

// Whole blocks of the tables are gone, so that the engine itself cannot read on.
BOOST_FIXTURE_TEST_CASE(dump_goes_on_behind_unreadable_blocks, DamagedStore) {
    spoil_tables("tokens");
    const Finished dump = tool({"dump", store().string()});
    BOOST_TEST(dump.exit_code == 3);
    BOOST_TEST(contains(dump.errors, ", WITHOUT 1 unreadable stretch of unknown size"), dump.errors);
    const std::set<std::string> all = lines_of(whole);
    const std::set<std::string> saved = lines_of(dump.output);
    BOOST_TEST(saved.size() > all.size() * 9 / 10);
    BOOST_TEST(saved.size() < all.size());
    BOOST_TEST(std::includes(all.begin(), all.end(), saved.begin(), saved.end()));
}

BOOST_FIXTURE_TEST_CASE(figures_of_a_store_are_of_what_can_be_read, DamagedStore) {
    damage_every(334);
    for (const auto& command : figures_of_the_store()) {
        const Finished finished = tool(command);
        BOOST_TEST(finished.exit_code == 3, command.front());
        BOOST_TEST(contains(finished.errors, "WITHOUT 3 damaged records"), finished.errors);
        // Of 225 that were not revoked. `info` tells of all tokens together.
        BOOST_TEST(contains(finished.output, command.front() == "info" ? "\"tokens\":999" : "224"), finished.output);
    }
    BOOST_TEST(contains(tool({"stat", store().string(), "--prom"}).output, "tokenstore_damage{kind=\"records\"} 3\n"));
}

BOOST_FIXTURE_TEST_CASE(figures_go_on_behind_unreadable_blocks, DamagedStore) {
    spoil_tables("tokens");
    for (const auto& command : figures_of_the_store()) {
        const Finished finished = tool(command);
        BOOST_TEST(finished.exit_code == 3, command.front());
        BOOST_TEST(contains(finished.errors, "WITHOUT 1 unreadable stretch of unknown size"), finished.errors);
    }
    const rapidjson::Document count = parse_json(tool({"count", store().string()}).output);
    BOOST_TEST(count["tokens"].GetUint64() > 900U);
    BOOST_TEST(count["tokens"].GetUint64() < 1002U);
    BOOST_TEST(count["users"].GetUint64() == 122U);
}

BOOST_FIXTURE_TEST_CASE(figures_that_cannot_be_read_are_null_or_left_out, DamagedStore) {
    spoil_tables("by_user");
    const rapidjson::Document count = parse_json(tool({"count", store().string()}).output);
    BOOST_TEST(count["tokens"].GetUint64() == 1002U);
    BOOST_TEST(count["users"].IsNull());
    BOOST_TEST(count["families"].GetUint64() == 284U);
    const rapidjson::Document stat = parse_json(tool({"stat", store().string()}).output);
    BOOST_TEST(stat["revoked"].GetUint64() == 777U);
    BOOST_TEST(stat["expired_bytes"].IsNull());
    for (const auto& row : parse_json_lines(tool({"size", store().string()}).output)) {
        if (std::string_view(row["part"].GetString()) != "records") continue;
        const bool unread = std::string_view(row["name"].GetString()) == "entries by user";
        BOOST_TEST(row["bytes"].IsNull() == unread, row["name"].GetString());
    }
    const Finished prometheus = tool({"stat", store().string(), "--prom"});
    BOOST_TEST(prometheus.exit_code == 3);
    BOOST_TEST(!contains(prometheus.output, "expired_pending_bytes"));
    BOOST_TEST(contains(prometheus.output, "tokenstore_tokens{state=\"revoked\"} 777\n"));
    BOOST_TEST(contains(prometheus.output, "tokenstore_damage{kind=\"unreadable_stretches\"} 1\n"));
    BOOST_TEST(prometheus.errors.ends_with(", WITHOUT 1 unreadable stretch of unknown size\n"), prometheus.errors);
}

BOOST_FIXTURE_TEST_CASE(watched_store_tells_once_of_damage, DamagedStore) {
    damage_every(334);
    const Finished stat = tool({"stat", store().string(), "-i", "1", "-n", "2"});
    BOOST_TEST(stat.exit_code == 3);
    BOOST_TEST(lines_of(stat.errors).size() == 1U, stat.errors);
}

BOOST_FIXTURE_TEST_CASE(repair_of_a_store_that_cannot_be_read_through_ends_with_3, DamagedStore) {
    spoil_tables("tokens");
    for (const char* how : {"--dry-run", "--yes"}) {
        const Finished repair = tool({"admin", "repair-index", store().string(), how});
        BOOST_TEST(repair.exit_code == 3, how);
        BOOST_TEST(contains(repair.errors, "not everything could be checked"), repair.errors);
        BOOST_TEST(contains(repair.output, "repair-index"));
    }
}

BOOST_FIXTURE_TEST_CASE(plan_of_a_change_tells_what_it_could_not_read, DamagedStore) {
    damage_every(334);
    const std::string unknown = "00000000-0000-4000-8000-000000000000";
    const std::vector<std::vector<std::string>> commands = {
        {"admin", "revoke", store().string(), "--user", unknown, "--dry-run"},
        {"admin", "revoke", store().string(), "--family", unknown, "--dry-run"},
        {"admin", "revoke", store().string(), "--family", unknown, "--yes"},
        {"admin", "cleanup", store().string(), "--dry-run"}};
    for (const auto& command : commands) {
        const Finished finished = tool(command);
        BOOST_TEST(finished.exit_code == 3, command[1]);
        BOOST_TEST(contains(finished.errors, "WITHOUT 3 damaged records"), finished.errors);
        BOOST_TEST(!contains(finished.output, "not_found"), finished.output);
    }
}

BOOST_FIXTURE_TEST_CASE(file_that_was_changed_since_is_not_imported, DamagedStore) {
    const std::string file = (folder() / "dump.csv").string();
    BOOST_REQUIRE(tool({"dump", store().string(), "--format", "csv", "--out", file}).exit_code == 0);
    std::string bytes = read_text(file);
    bytes[bytes.find(",f,") + 1] = 't';
    write_text(file, bytes);
    const std::string other = (folder() / "other").string();
    const std::vector<std::vector<std::string>> commands = {
        {"import", other, file}, {"import", other, file, "--on-error", "skip"}, {"diff", store().string(), file}};
    for (const auto& command : commands) {
        const Finished finished = tool(command);
        BOOST_TEST(finished.exit_code == 3, command.front());
        BOOST_TEST(contains(finished.errors, "the file is not what its checksum file was made for"), finished.errors);
    }
    BOOST_TEST(!std::filesystem::exists(other));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
