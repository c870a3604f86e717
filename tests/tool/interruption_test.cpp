// What an interrupted verb leaves behind: no answer that could be taken for a whole one.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tool/small_store.hpp"

namespace tokenstore::tool::test {
namespace {

using namespace tokenstore::test;

Finished interrupted_tool(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TOKENSTORE_INTERRUPTED_TOOL_PATH);
    return run_process(arguments);
}

BOOST_FIXTURE_TEST_SUITE(interruption, SmallStore)

BOOST_AUTO_TEST_CASE(verb_that_was_interrupted_answers_nothing_and_ends_by_the_signal) {
    const std::string path = store().string();
    const std::vector<std::vector<std::string>> commands = {
        {"family", path, to_string(make_family_id(1))},
        {"count", path},
        {"count", path, "--by", "state"},
        {"top", path},
        {"expiry", path},
        {"report", path, "--out", (folder() / "report.html").string()},
        {"diff", path, path},
        {"info", path},
        {"stat", path},
        {"size", path},
        {"verify", path},
        {"verify", path, "--full"},
        {"admin", "cleanup", path, "--dry-run"},
        {"admin", "repair-index", path, "--dry-run"},
        {"dump", path, "--out", (folder() / "dump").string()},
    };
    for (const auto& command : commands) {
        const Finished finished = interrupted_tool(command);
        BOOST_TEST(finished.exit_code == 128 + SIGINT, command.front());
        BOOST_TEST(finished.output == "", command.front());
        BOOST_TEST(finished.errors == "", command.front());
    }
    for (const char* file : {"report.html", "dump", "dump.sha256"}) {
        BOOST_TEST(!std::filesystem::exists(folder() / file), file);
    }
}

BOOST_AUTO_TEST_CASE(repair_that_was_interrupted_stops_and_says_nothing_of_an_end) {
    {
        TokenStore owner = opened();
        std::vector<Token> tokens;
        for (std::uint64_t number = 1'000; number < 6'000; ++number) tokens.push_back(token(number));
        must(owner.import_tokens(tokens));
        must(owner.close());
    }
    const Finished repair = interrupted_tool({"admin", "repair-index", store().string(), "--yes"});
    BOOST_TEST(repair.exit_code == 128 + SIGINT);
    BOOST_TEST(repair.output == "");
    BOOST_TEST(repair.errors == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
