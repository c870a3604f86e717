// What the tool writes where: hostile texts, readers that leave, disks that are full.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

const std::string hostile_name =
    "\x1b]0;owned\x07\x1b[31m\xe2\x80\xae"
    "evil\nfake row";
const std::string hostile_name_shown = "\\x1b]0;owned\\x07\\x1b[31m\\u202eevil\\nfake row";

struct HostileStore : ToolFixture {
    HostileStore() {
        Result<TokenStore> made = TokenStore::open(store(), keeping_everything());
        BOOST_REQUIRE(made.has_value());
        const std::int64_t now_us = system_clock().wall_us();
        BOOST_REQUIRE(made->create_token({.hash = hash,
                                          .user_id = user,
                                          .family_id = *generate_id<FamilyId>(now_us),
                                          .expires_at_us = now_us + 3600LL * 1'000'000,
                                          .device_id = std::nullopt,
                                          .device_name = hostile_name,
                                          .ip_address = std::nullopt})
                          .has_value());
        BOOST_REQUIRE(made->close().has_value());
    }

    TokenHash hash = hash_token(*generate_token());
    UserId user = *generate_id<UserId>(system_clock().wall_us());
};

BOOST_AUTO_TEST_SUITE(output)

BOOST_FIXTURE_TEST_CASE(hostile_device_name_is_escaped_in_tables, HostileStore) {
    const std::string sessions =
        tool({"sessions", store().string(), to_string(user), "--format", "table", "--show-ids"}).output;
    BOOST_TEST(contains(sessions, hostile_name_shown.substr(0, 37) + "..."), sessions);
    BOOST_TEST(!contains(sessions, "\x1b"));
    const std::string get =
        tool({"get", store().string(), "--hash", to_hex(hash), "--format", "table", "--show-ids"}).output;
    BOOST_TEST(contains(get, hostile_name_shown), get);
    BOOST_TEST(!contains(get, "\x1b"));
}

BOOST_FIXTURE_TEST_CASE(hostile_device_name_is_harmless_in_json_and_means_the_same, HostileStore) {
    const std::string json = dump(store(), "jsonl");
    BOOST_TEST(!contains(json, "\x1b"));
    BOOST_TEST(!contains(json, "\xe2\x80\xae"));
    BOOST_TEST(parse_json(json)["device_name"].GetString() == hostile_name);
}

BOOST_FIXTURE_TEST_CASE(csv_is_exact_in_a_file_and_escaped_on_a_terminal, HostileStore) {
    BOOST_TEST(contains(dump(store(), "csv"), hostile_name));
    const Finished shown = tool_on_terminal({"dump", store().string(), "--format", "csv", "--full-hash", "--show-ids"});
    BOOST_TEST(contains(shown.output, hostile_name_shown), shown.output);
    BOOST_TEST(!contains(shown.output, "\x1b"));
}

BOOST_FIXTURE_TEST_CASE(terminal_on_which_nothing_is_hidden_says_so, HostileStore) {
    const std::string warning = "tokenstore: this shows on a terminal what is hidden otherwise: mind who reads along\n";
    const std::vector<std::string> get = {"get", store().string(), "--hash", to_hex(hash)};
    for (const char* option : {"--full-hash", "--show-ids"}) {
        std::vector<std::string> shown = get;
        shown.emplace_back(option);
        BOOST_TEST(contains(tool_on_terminal(shown).output, warning));
        BOOST_TEST(!contains(tool(shown).errors, warning));
    }
    BOOST_TEST(!contains(tool_on_terminal(get).output, warning));
}

BOOST_FIXTURE_TEST_CASE(reader_that_leaves_is_no_failure, ToolFixture) {
    import_sample();
    RunOptions options;
    options.output_to = RunOptions::OutputTo::closed_pipe;
    for (const char* format : {"jsonl", "csv"}) {
        const Finished dump = tool({"dump", store().string(), "--format", format}, options);
        BOOST_TEST(dump.exit_code == 0);
        BOOST_TEST(dump.errors.empty());
    }
    const Finished shell = tokenstore::test::run_process(
        {"/bin/sh", "-c", "{ \"$0\" dump \"$1\"; echo \"ended with $?\" >&2; } | head -n 1", TOKENSTORE_TOOL_PATH,
         store().string()});
    BOOST_TEST(shell.errors == "ended with 0\n");
    BOOST_TEST(parse_json(shell.output).HasMember("token_hash"));
}

BOOST_FIXTURE_TEST_CASE(output_that_cannot_be_written_is_a_failure, ToolFixture) {
    import_sample();
    RunOptions options;
    options.output_to = RunOptions::OutputTo::full_device;
    const std::vector<std::vector<std::string>> commands = {
        {"dump", store().string()},
        {"dump", store().string(), "--format", "csv"},
        {"count", store().string()},
        {"sessions", store().string(), std::string(busiest_user), "--format", "table"},
        {"--version"},
        {"--help"},
    };
    for (const auto& command : commands) {
        const Finished run = tool(command, options);
        BOOST_TEST(run.exit_code == 6, command.front());
        BOOST_TEST(run.errors.starts_with("tokenstore: disk_full: cannot write the output"), run.errors);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
