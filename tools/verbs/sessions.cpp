#include "verbs/sessions.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tokenstore/store_reader.hpp>

#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"
#include "format/token_json.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

enum class SessionsFormat { table, json };

struct Arguments {
    std::filesystem::path store;
    UserId user;
    SessionsFormat format = SessionsFormat::table;
    std::size_t limit = 50;
    std::optional<SessionCursor> after;
    std::int64_t as_of_us = 0;
};

constexpr std::size_t device_name_columns_max = 40;
constexpr std::size_t hash_digits_shown = 8;

std::string as_table(const SessionPage& page, const Arguments& arguments) {
    if (page.sessions.empty()) return arguments.after ? "no more active sessions\n" : "no active sessions\n";
    std::vector<std::vector<std::string>> rows = {
        {"created", "expires", "device name", "address", "token hash", "family"}};
    for (const Token& token : page.sessions) {
        rows.push_back({rfc3339_seconds(token.created_at_us), rfc3339_seconds(token.expires_at_us),
                        cut_to_width(shown_text(token.device_name), device_name_columns_max),
                        shown_text(token.ip_address), to_hex(token.hash).substr(0, hash_digits_shown),
                        to_string(token.family_id)});
    }
    const std::size_t count = page.sessions.size();
    std::string text = table(rows);
    text += std::to_string(count) + (count == 1 ? " active session" : " active sessions") + " as of " +
            rfc3339(arguments.as_of_us);
    if (page.next) text += "; for more: --after " + to_string(page.next->last_chain);
    return text + '\n';
}

std::string as_json(const SessionPage& page, const Arguments& arguments) {
    rapidjson::StringBuffer buffer;
    JsonWriter json(buffer);
    json.StartObject();
    json.Key("user_id");
    write_json_text(json, to_string(arguments.user));
    json.Key("as_of");
    write_json_text(json, rfc3339(arguments.as_of_us));
    json.Key("sessions");
    json.StartArray();
    for (const Token& token : page.sessions) write_json_token(json, {token, TokenState::live, std::nullopt});
    json.EndArray();
    json.Key("next");
    if (page.next) {
        write_json_text(json, to_string(page.next->last_chain));
    } else {
        json.Null();
    }
    json.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const Result<SessionPage> page = reader->get_user_active_sessions(
        arguments.user, arguments.as_of_us, {.limit = arguments.limit, .after = arguments.after});
    if (!page) return report(console, page.error());
    console.output.write(arguments.format == SessionsFormat::json ? as_json(*page, arguments)
                                                                  : as_table(*page, arguments));
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    add_parsed(line, "USER", arguments->user, parsed_by(parse_id<UserId>), "a UUID", "The user's id, a UUID")
        .required()
        ->type_name("");
    add_choice<SessionsFormat>(line, "--format", arguments->format,
                               {{"table", SessionsFormat::table}, {"json", SessionsFormat::json}},
                               "table (default) for people, json for programs");
    add_number(line, "--limit", arguments->limit, 1, max_page_limit, "At most this many, 1 to 1000; 50 by default");
    const auto parse_cursor = [](const std::string& text) -> std::optional<SessionCursor> {
        const Result<TokenId> chain = parse_id<TokenId>(text);
        if (!chain) return std::nullopt;
        return SessionCursor{*chain};
    };
    add_parsed(line, "--after", arguments->after, parse_cursor, "a cursor that an earlier page named",
               "Go on behind this cursor, which the page before named")
        .type_name("CURSOR");
    add_as_of(line, arguments->as_of_us);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb sessions_verb() { return {"sessions", "List a user's live tokens, newest login first", declare}; }

}  // namespace tokenstore::tool
