#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/clock.hpp>
#include <tokenstore/version.hpp>

#include "format/rfc3339.hpp"
#include "verbs/count.hpp"
#include "verbs/dump.hpp"
#include "verbs/get.hpp"
#include "verbs/import.hpp"
#include "verbs/sessions.hpp"

namespace tokenstore::tool {
namespace {

constexpr const char* exit_codes_help =
    "Exit codes:\n"
    "  0  done\n"
    "  1  no such token\n"
    "  2  rows of the file were refused\n"
    "  3  the store is damaged\n"
    "  4  another process holds the store\n"
    "  5  wrong usage: an argument, a time, an id, a hash, a malformed token\n"
    "  6  anything else, such as a missing store, a full disk, an unreadable file\n"
    "A reader of the output that leaves early (head, less) is no failure.\n";

constexpr const char* time_form = "RFC 3339, such as 2026-06-01T00:00:00Z or 2026-06-01T02:00:00+02:00";

std::string version_line() {
    return "tokenstore " + std::string(version()) + " (store format " + std::to_string(format_version) + ", " +
           std::string(engine_version()) + ")";
}

// Turns the text of an option into a value when the command line is parsed; a text that is none is a usage error. The
// message never repeats the text: what was mistyped may be a secret.
template <class Value, class Parse>
CLI::Option* add_parsed(CLI::App& verb, const std::string& name, Value& value, Parse parse, const std::string& expected,
                        const std::string& help) {
    return verb.add_option_function<std::string>(
        name,
        [&value, parse, name, expected](const std::string& text) {
            if (auto parsed = parse(text)) {
                value = *parsed;
            } else {
                throw CLI::ValidationError(name, "expected " + expected);
            }
        },
        help);
}

void add_as_of(CLI::App& verb, std::int64_t& as_of_us) {
    as_of_us = system_clock().wall_us();
    add_parsed(verb, "--as-of", as_of_us, parse_rfc3339, time_form,
               "Judge as of this moment, such as 2026-06-01T00:00:00Z (RFC 3339); now by default")
        ->type_name("TIME");
}

void add_store(CLI::App& verb, std::filesystem::path& store, const std::string& help) {
    verb.add_option_function<std::string>(
            "STORE", [&store](const std::string& path) { store = path; }, help)
        ->required()
        ->type_name("");
}

template <class Enum>
CLI::Option* add_choice(CLI::App& verb, const std::string& name, Enum& value,
                        const std::map<std::string, Enum>& choices, const std::string& help) {
    std::string names;
    for (const auto& [choice, unused] : choices) names += (names.empty() ? "" : "|") + choice;
    return add_parsed(
               verb, name, value,
               [choices](const std::string& text) {
                   const auto found = choices.find(text);
                   return found == choices.end() ? std::nullopt : std::optional<Enum>(found->second);
               },
               "one of " + names, help)
        ->type_name(names);
}

class CommandLine {
public:
    explicit CommandLine(Console& console) : console_(console) {
        app_.name("tokenstore");
        app_.set_version_flag("--version", version_line(), "Print the versions of library, store format and engine");
        app_.require_subcommand(1);
        app_.footer(exit_codes_help);
        app_.get_formatter()->column_width(34);
        app_.get_formatter()->label("SUBCOMMAND", "VERB");
        app_.get_formatter()->label("REQUIRED", "");
        add_import();
        add_dump();
        add_get();
        add_sessions();
        add_count();
    }

    ExitCode run(int argc, const char* const* argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return answer(error);
        }
        return verb_();
    }

private:
    CLI::App& add_verb(const std::string& name, const std::string& help, std::function<ExitCode()> run) {
        CLI::App& verb = *app_.add_subcommand(name, help);
        verb.callback([this, run = std::move(run)] { verb_ = run; });
        verb.group("Verbs");
        verb.footer(exit_codes_help);
        return verb;
    }

    void add_import() {
        CLI::App& verb = add_verb("import", "Store the rows of a CSV file that PostgreSQL made of the origin's table",
                                  [this] { return run_import(import_, console_); });
        add_store(verb, import_.store, "The store's directory; made if it is missing");
        verb.add_option_function<std::string>(
                "FILE", [this](const std::string& path) { import_.file = path; }, "The CSV file; a pipe will do")
            ->required()
            ->type_name("");
        add_choice(
            verb, "--on-error", import_.on_error, {{"stop", OnError::stop}, {"skip", OnError::skip}},
            "stop (default): prove the whole file first, and store nothing if a row is bad. skip: report bad rows "
            "and store the rest");
        add_parsed(
            verb, "--longest-lifetime", import_.longest_lifetime_us,
            [](const std::string& text) -> std::optional<std::int64_t> {
                int days = 0;
                if (!CLI::detail::lexical_cast(text, days) || days < 1 || days > 36'500) return std::nullopt;
                return days * day_us;
            },
            "a number of days from 1 to 36500",
            "Refuse rows that expire more than this many days from now; 400 by default")
            ->type_name("DAYS");
    }

    void add_dump() {
        CLI::App& verb =
            add_verb("dump", "Write every token, in the order of hashes", [this] { return run_dump(dump_, console_); });
        add_store(verb, dump_.store, "The store's directory");
        add_choice(verb, "--format", dump_.format, {{"jsonl", DumpFormat::jsonl}, {"csv", DumpFormat::csv}},
                   "jsonl (default): one object a line. csv: rows of the origin's table");
        add_as_of(verb, dump_.as_of_us);
    }

    void add_get() {
        CLI::App& verb =
            add_verb("get", "Show one token, whatever its state", [this] { return run_get(get_, console_); });
        add_store(verb, get_.store, "The store's directory");
        CLI::Option& hash = *add_parsed(
            verb, "--hash", get_.hash,
            [](const std::string& text) {
                const Result<TokenHash> parsed = parse_token_hash(text);
                return parsed ? std::optional(*parsed) : std::nullopt;
            },
            "64 hexadecimal digits", "The SHA-256 of the raw token, 64 hexadecimal digits");
        hash.type_name("HEX");
        CLI::Option& token = *verb.add_flag("--token-stdin");
        token.description("Read the raw token, one line, from standard input; it is not shown");
        token.disable_flag_override();
        verb.parse_complete_callback([&hash, &token] {
            if (hash.empty() == token.empty()) {
                throw CLI::ValidationError("get", "expected either --hash or --token-stdin");
            }
        });
        add_choice(verb, "--format", get_.format, {{"table", GetFormat::table}, {"json", GetFormat::json}},
                   "table by default on a terminal, json elsewhere");
        add_as_of(verb, get_.as_of_us);
    }

    void add_sessions() {
        CLI::App& verb = add_verb("sessions", "List a user's live tokens, newest login first",
                                  [this] { return run_sessions(sessions_, console_); });
        add_store(verb, sessions_.store, "The store's directory");
        add_parsed(
            verb, "USER", sessions_.user,
            [](const std::string& text) {
                const Result<UserId> user = parse_id<UserId>(text);
                return user ? std::optional(*user) : std::nullopt;
            },
            "a UUID", "The user's id, a UUID")
            ->required()
            ->type_name("");
        add_choice(verb, "--format", sessions_.format,
                   {{"table", SessionsFormat::table}, {"json", SessionsFormat::json}},
                   "table (default) for people, json for programs");
        add_parsed(
            verb, "--limit", sessions_.limit,
            [](const std::string& text) -> std::optional<std::size_t> {
                std::size_t limit = 0;
                if (!CLI::detail::lexical_cast(text, limit) || limit < 1 || limit > max_page_limit) return std::nullopt;
                return limit;
            },
            "a number from 1 to " + std::to_string(max_page_limit), "At most this many, 1 to 1000; 50 by default")
            ->type_name("N");
        add_parsed(
            verb, "--after", sessions_.after,
            [](const std::string& text) -> std::optional<SessionCursor> {
                const Result<TokenId> chain = parse_id<TokenId>(text);
                if (!chain) return std::nullopt;
                return SessionCursor{*chain};
            },
            "a cursor that an earlier page named", "Go on behind this cursor, which the page before named")
            ->type_name("CURSOR");
        add_as_of(verb, sessions_.as_of_us);
    }

    void add_count() {
        CLI::App& verb =
            add_verb("count", "Count what the store holds, as JSON", [this] { return run_count(count_, console_); });
        add_store(verb, count_.store, "The store's directory");
        add_as_of(verb, count_.as_of_us);
    }

    // Help and version are answers, everything else is a complaint.
    ExitCode answer(const CLI::ParseError& error) {
        if (dynamic_cast<const CLI::CallForHelp*>(&error) != nullptr) {
            console_.output.write(app_.help());
            return ExitCode::ok;
        }
        if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr) {
            console_.output.write(version_line() + '\n');
            return ExitCode::ok;
        }
        // A raw token given as an argument by mistake must not be repeated.
        std::string complaint = error.what();
        if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) complaint = "an argument that is not known here";
        if (app_.get_subcommands().empty()) complaint = "expected a verb: import, dump, get, sessions or count";
        report(console_, complaint + "; see tokenstore --help");
        return ExitCode::usage;
    }

    static constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;

    Console& console_;
    CLI::App app_{"Looks into a store of refresh tokens, and moves tokens in and out"};
    std::function<ExitCode()> verb_;
    ImportArguments import_{.store = {}, .file = {}, .on_error = OnError::stop, .longest_lifetime_us = 400 * day_us};
    DumpArguments dump_;
    GetArguments get_;
    SessionsArguments sessions_;
    CountArguments count_;
};

}  // namespace

ExitCode run_command_line(int argc, const char* const* argv, Console& console) {
    return finish(console, CommandLine(console).run(argc, argv));
}

}  // namespace tokenstore::tool
