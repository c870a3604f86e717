// The command line: help, versions, and what is refused before a store is touched.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tokenstore/version.hpp>

#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

BOOST_FIXTURE_TEST_SUITE(usage, ToolFixture)

BOOST_AUTO_TEST_CASE(help_is_an_answer) {
    const Finished help = tool({"--help"});
    BOOST_TEST(help.exit_code == 0);
    for (const char* verb : {"import", "dump", "get", "sessions", "count"}) {
        BOOST_TEST(contains(help.output, verb));
        const Finished verb_help = tool({verb, "--help"});
        BOOST_TEST(verb_help.exit_code == 0);
        BOOST_TEST(contains(verb_help.output, "Exit codes:"));
        BOOST_TEST(verb_help.errors.empty());
    }
}

BOOST_AUTO_TEST_CASE(version_names_library_format_and_engine) {
    const Finished run = tool({"--version"});
    BOOST_TEST(run.exit_code == 0);
    BOOST_TEST(run.output == "tokenstore " + std::string(version()) + " (store format " +
                                 std::to_string(format_version) + ", " + std::string(engine_version()) + ")\n");
}

BOOST_AUTO_TEST_CASE(a_mistyped_verb_is_told_which_one_may_be_meant) {
    const Finished run = tool({"verfy", store().string()});
    BOOST_TEST(run.exit_code == 5);
    BOOST_TEST(run.errors == "tokenstore: expected a verb; did you mean verify? See tokenstore --help\n");
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_told_in_one_line) {
    const std::string path = store().string();
    const std::string hash(64, 'a');
    const std::string user(busiest_user);
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"frobnicate"},
        {"dump"},
        {"dump", path, "--format", "xml"},
        {"dump", path, "--as-of", "2026-06-01"},
        {"dump", path, "--as-of", "2026-06-01T00:00:00"},
        {"dump", path, "--verbose"},
        {"dump", path, "one too many"},
        {"import", path},
        {"import", path, "FILE.csv", "--on-error", "ignore"},
        {"import", path, "FILE.csv", "--longest-lifetime", "0"},
        {"import", path, "FILE.csv", "--longest-lifetime", "a year"},
        {"get", path},
        {"get", path, "--hash", hash, "--token-stdin"},
        {"get", path, "--hash", "a1b2"},
        {"get", path, "--hash", std::string(64, 'g')},
        {"sessions", path},
        {"sessions", path, "somebody"},
        {"sessions", path, user, "--limit", "0"},
        {"sessions", path, user, "--limit", "1001"},
        {"sessions", path, user, "--limit", "-1"},
        {"sessions", path, user, "--after", "the last"},
        {"count", path, "--as-of", "now"},
    };
    for (const auto& arguments : wrong) {
        std::string line;
        for (const std::string& argument : arguments) line += argument + ' ';
        const Finished run = tool(arguments);
        BOOST_TEST(run.exit_code == 5, line);
        BOOST_TEST(run.output.empty(), line);
        BOOST_TEST(run.errors.starts_with("tokenstore: "), line << run.errors);
        BOOST_TEST(run.errors.find('\n') == run.errors.size() - 1, line << run.errors);
    }
    BOOST_TEST(!std::filesystem::exists(store()));
}

BOOST_AUTO_TEST_CASE(complaint_points_to_the_help_of_the_verb_that_was_named) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> complaints = {
        {{}, "; see tokenstore --help\n"},
        {{"get", "store"}, "; see tokenstore get --help\n"},
        {{"count", "store", "--by", "month"}, "; see tokenstore count --help\n"},
        {{"admin"}, "; see tokenstore admin --help\n"},
        {{"admin", "revoke", "store"}, "; see tokenstore admin revoke --help\n"},
    };
    for (const auto& [arguments, hint] : complaints) {
        const Finished run = tool(arguments);
        BOOST_TEST(run.exit_code == 5);
        BOOST_TEST(run.errors.ends_with(hint), run.errors);
    }
}

BOOST_AUTO_TEST_CASE(help_gives_examples_and_explains_the_changes) {
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"--help"}, {"get", "--help"}, {"dump", "--help"}, {"import", "--help"}, {"admin", "--help"}}) {
        BOOST_TEST(contains(tool(arguments).output, "Examples:\n  tokenstore "), arguments.front());
    }
    BOOST_TEST(contains(tool({"admin", "--help"}).output, "takes the store for itself"));
    for (const char* finder : {"verify", "restore"}) BOOST_TEST(contains(tool({"--help"}).output, finder));
}

BOOST_AUTO_TEST_CASE(secret_given_as_an_argument_is_not_repeated) {
    const std::string secret = "OLP27fpw6Rm4oP7HBuigs5Q1-oqQLLWRn2hOboybztk";
    const std::vector<std::vector<std::string>> mistakes = {
        {"get", store().string(), secret},
        {"get", store().string(), "--hash", secret},
        {"get", store().string(), "--token-stdin", secret},
        {"get", store().string(), "--token-stdin=" + secret},
        {"get", store().string(), "--token", secret},
        {"sessions", store().string(), secret},
        {"dump", store().string(), "--format", secret},
        {secret},
    };
    for (const auto& arguments : mistakes) {
        const Finished run = tool(arguments);
        BOOST_TEST(run.exit_code == 5);
        BOOST_TEST(!contains(run.output + run.errors, secret), run.errors);
    }
}

BOOST_AUTO_TEST_CASE(missing_store_is_a_failure_and_is_not_made) {
    const std::string path = store().string();
    const std::vector<std::vector<std::string>> reading = {{"dump", path},
                                                           {"get", path, "--hash", std::string(64, 'a')},
                                                           {"get", path, "--token-stdin"},
                                                           {"sessions", path, std::string(busiest_user)},
                                                           {"count", path}};
    for (const auto& arguments : reading) {
        const Finished run = tool(arguments);
        BOOST_TEST(run.exit_code == 6);
        BOOST_TEST(run.errors.starts_with("tokenstore: store_missing: "), run.errors);
        BOOST_TEST(!std::filesystem::exists(store()));
    }
}

BOOST_AUTO_TEST_CASE(foreign_directory_is_no_store) {
    write_text(folder() / "notes.txt", "not a store");
    const Finished run = tool({"count", folder().string()});
    BOOST_TEST(run.exit_code == 6);
    BOOST_TEST(run.errors.starts_with("tokenstore: not_a_store: "), run.errors);
}

BOOST_AUTO_TEST_CASE(damaged_store_is_told_apart) {
    import_sample();
    for (const auto& entry : std::filesystem::directory_iterator(store())) {
        if (entry.path().extension() != ".sst") continue;
        std::string bytes = read_text(entry.path());
        for (std::size_t at = 0; at < bytes.size(); at += 64) bytes[at] = static_cast<char>(~bytes[at]);
        write_text(entry.path(), bytes);
    }
    const Finished run = tool({"dump", store().string()});
    BOOST_TEST(run.exit_code == 3);
    BOOST_TEST(run.errors.starts_with("tokenstore: corrupt: "), run.errors);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
