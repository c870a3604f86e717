// tokenstore completion, its manual page, and fsync-test.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

struct HelpFixture : ToolFixture {
    /// What bash offers for a command line whose last word is being typed.
    [[nodiscard]] std::string offered(const std::string& line) const {
        const std::string script = folder() / "completion.bash";
        write_text(script, tool({"completion", "bash"}).output);
        const Finished shell = tokenstore::test::run_process(
            {"/bin/bash", "-c",
             "source \"$0\"; COMP_WORDS=($1); [ \"${1: -1}\" = ' ' ] && COMP_WORDS+=(''); "
             "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _tokenstore; echo \"${COMPREPLY[@]}\"",
             script, line});
        BOOST_TEST(shell.errors == "");
        return shell.output;
    }
};

BOOST_FIXTURE_TEST_SUITE(help, HelpFixture)

BOOST_AUTO_TEST_CASE(bash_completes_verbs_options_and_their_values) {
    BOOST_TEST(offered("tokenstore ver") == "verify\n");
    BOOST_TEST(offered("tokenstore admin re") == "revoke repair-index\n");
    BOOST_TEST(offered("tokenstore verify --fu") == "--full --full-hash\n");
    BOOST_TEST(offered("tokenstore info --format ") == "json table\n");
    BOOST_TEST(offered("tokenstore restore backup store --fence ch") == "changed\n");
    BOOST_TEST(offered("tokenstore admin ") == "revoke cleanup compact repair-index -h --help\n");
    BOOST_TEST(offered("tokenstore completion ba") == "bash\n");
    BOOST_TEST(offered("tokenstore verify sto") == "\n");  // left to the shell, which knows files
    BOOST_TEST(offered("tokenstore verify ") == "\n");
}

BOOST_AUTO_TEST_CASE(zsh_script_names_every_verb) {
    const Finished zsh = tool({"completion", "zsh"});
    BOOST_TEST(zsh.exit_code == 0);
    BOOST_TEST(zsh.output.starts_with("#compdef tokenstore\n"));
    for (const char* verb : {"verify", "admin revoke", "restore", "log"}) {
        BOOST_TEST(zsh.output.find('"' + std::string(verb) + '"') != std::string::npos, verb);
    }
}

BOOST_AUTO_TEST_CASE(manual_page_holds_every_verb_and_no_line_that_its_language_would_misread) {
    const Finished manual = tool({"completion", "man"});
    BOOST_TEST(manual.exit_code == 0);
    BOOST_TEST(manual.output.starts_with(".TH TOKENSTORE 1 "));
    BOOST_TEST(manual.output.find(".SH EXAMPLES\n.nf\nExamples:\n  tokenstore get ") != std::string::npos);
    BOOST_TEST(manual.output.find(".SH EXIT STATUS\n.nf\nExit codes:\n") != std::string::npos);
    for (const char* verb : {"verify", "admin revoke", "restore", "log", "fsync\\-test"}) {
        BOOST_TEST(manual.output.find(".SS tokenstore " + std::string(verb)) != std::string::npos, verb);
    }
}

BOOST_AUTO_TEST_CASE(fsync_test_tells_of_each_size_and_leaves_no_file) {
    const Finished test = tool({"fsync-test", folder().string(), "--seconds", "0.01"});
    BOOST_TEST(test.exit_code == 0, test.errors);
    BOOST_TEST(test.output.starts_with("{\"bytes\":512,\"syncs\":"));
    BOOST_TEST(std::count(test.output.begin(), test.output.end(), '\n') == 6);
    BOOST_TEST(std::filesystem::is_empty(folder()));
    BOOST_TEST(tool({"fsync-test", (folder() / "nowhere").string()}).exit_code == 6);
    BOOST_TEST(tool({"fsync-test", folder().string(), "--seconds", "0"}).exit_code == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
