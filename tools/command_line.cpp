#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/version.hpp>

#include "format/nearest_word.hpp"
#include "verbs/admin.hpp"
#include "verbs/backup.hpp"
#include "verbs/backups.hpp"
#include "verbs/checkpoint.hpp"
#include "verbs/completion.hpp"
#include "verbs/count.hpp"
#include "verbs/diff.hpp"
#include "verbs/dump.hpp"
#include "verbs/expiry.hpp"
#include "verbs/family.hpp"
#include "verbs/fsync_test.hpp"
#include "verbs/get.hpp"
#include "verbs/import.hpp"
#include "verbs/info.hpp"
#include "verbs/log.hpp"
#include "verbs/report.hpp"
#include "verbs/restore.hpp"
#include "verbs/sessions.hpp"
#include "verbs/size.hpp"
#include "verbs/stat.hpp"
#include "verbs/top.hpp"
#include "verbs/verb.hpp"
#include "verbs/verify.hpp"

namespace tokenstore::tool {
namespace {

struct Heading {
    std::string text;
    std::vector<Verb> verbs;
};

// Every verb, in the order of the help.
std::vector<Heading> all_verbs() {
    return {
        {"Looking at tokens",
         {
             get_verb(),
             family_verb(),
             sessions_verb(),
             count_verb(),
             top_verb(),
             expiry_verb(),
             report_verb(),
         }},
        {"Moving tokens",
         {
             dump_verb(),
             import_verb(),
             diff_verb(),
         }},
        {"Looking after the store",
         {
             info_verb(),
             stat_verb(),
             size_verb(),
             verify_verb(),
             log_verb(),
             admin_verb(),
         }},
        {"Copies",
         {
             checkpoint_verb(),
             backup_verb(),
             backups_verb(),
             restore_verb(),
         }},
        {"The rest",
         {
             fsync_test_verb(),
             completion_verb(),
         }},
    };
}

constexpr const char* examples =
    "Examples:\n"
    "  tokenstore get gateway --token-stdin           is this token good? it is read from standard input\n"
    "  tokenstore sessions gateway USER               where is this user logged in?\n"
    "  tokenstore count gateway --by state            how many tokens, and how many of them are live?\n"
    "  tokenstore dump gateway --out tokens.jsonl     every token into a new file, for import and diff\n"
    "  tokenstore verify gateway --full               is the store whole?\n"
    "  tokenstore admin revoke gateway --user USER --dry-run\n"
    "                                                 what would end if this user's sessions did?\n"
    "gateway stands for a store's directory. tokenstore VERB --help tells of a verb's options.\n";

std::string version_line() {
    return "tokenstore " + std::string(version()) + " (store format " + std::to_string(format_version) + ", " +
           std::string(engine_version()) + ")";
}

// "expected a verb", and which one may have been meant. What was written instead is not repeated: it may be a raw
// token.
std::string complaint_without_verb(const CLI::App& app, std::string_view written) {
    std::vector<std::string> verbs;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        verbs.push_back(verb->get_name());
    }
    const std::optional<std::string> meant = nearest_word(written, verbs);
    return meant ? "expected a verb; did you mean " + *meant + "?" : "expected a verb";
}

// Help and version are answers, everything else is a complaint.
ExitCode answer(const CLI::App& app, const CLI::ParseError& error, std::string_view first_word, Console& console) {
    std::string command = "tokenstore";
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        command += ' ' + at->get_name();
    }
    if (dynamic_cast<const CLI::CallForHelp*>(&error) != nullptr) {
        console.output.write(app.help());
        return ExitCode::ok;
    }
    if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr) {
        console.output.write(version_line() + '\n');
        return ExitCode::ok;
    }
    // A raw token given as an argument by mistake must not be repeated.
    std::string complaint = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) complaint = "an argument that is not known here";
    if (app.get_subcommands().empty()) complaint = complaint_without_verb(app, first_word);
    report(console, complaint + (complaint.ends_with('?') ? " See " : "; see ") + command + " --help");
    return ExitCode::usage;
}

// Whether the command line asks for what an answer would leave out by itself.
bool shows_what_is_hidden(const CLI::App& app) {
    for (const CLI::App* line = &app;;) {
        for (const char* name : {"--full-hash", "--show-ids"}) {
            const CLI::Option* const option = line->get_option_no_throw(name);
            if (option != nullptr && option->count() > 0) return true;
        }
        if (line->get_subcommands().empty()) return false;
        line = line->get_subcommands().front();
    }
}

ExitCode parse_and_run(int argc, const char* const* argv, Console& console) {
    CLI::App app("Looks into a store of refresh tokens, and moves tokens in and out", "tokenstore");
    app.set_version_flag("--version", version_line(), "Print the versions of library, store format and engine");
    app.require_subcommand(1);
    app.footer(help_footer(examples));
    app.get_formatter()->column_width(34);
    app.get_formatter()->label("SUBCOMMAND", "VERB");
    app.get_formatter()->label("REQUIRED", "");
    const auto chosen = std::make_shared<Run>();
    for (const Heading& heading : all_verbs()) add_verbs(app, heading.text, heading.verbs, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return answer(app, error, argc > 1 ? argv[1] : "", console);
    }
    if (console.output.is_terminal() && shows_what_is_hidden(app)) {
        report(console, "this shows on a terminal what is hidden otherwise: mind who reads along");
    }
    return (*chosen)(console);
}

}  // namespace

ExitCode run_command_line(int argc, const char* const* argv, Console& console) {
    return finish(console, parse_and_run(argc, argv, console));
}

}  // namespace tokenstore::tool
