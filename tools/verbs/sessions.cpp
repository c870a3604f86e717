#include "verbs/sessions.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tokenstore/store_reader.hpp>

#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"
#include "format/token_json.hpp"
#include "verbs/options.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments : View {
    UserId user;
    std::size_t limit = 50;
    std::optional<SessionCursor> after;
};

constexpr std::size_t device_name_columns_max = 40;

std::string for_people(const SessionPage& page, const Arguments& arguments, bool colours) {
    if (page.sessions.empty()) return arguments.after ? "no more active sessions\n" : "no active sessions\n";
    const Redaction& shown = arguments.shown;
    std::vector<Row> rows = {{"created", "expires", "token hash", "family"}};
    if (shown.show_ids) rows.front().insert(rows.front().begin() + 2, {"device name", "address"});
    for (const Token& token : page.sessions) {
        Row row = {shown_time(token.created_at_us), shown_time(token.expires_at_us), shown(token.hash),
                   to_string(token.family_id)};
        if (shown.show_ids) {
            row.insert(row.begin() + 2, {cut_to_width(shown_text(token.device_name), device_name_columns_max),
                                         shown_text(token.ip_address)});
        }
        rows.push_back(std::move(row));
    }
    const std::size_t count = page.sessions.size();
    std::string text = table(std::move(rows), colours);
    text += std::to_string(count) + (count == 1 ? " active session" : " active sessions") + " as of " +
            rfc3339(arguments.as_of_us);
    if (page.next) text += "; for more: --after " + to_string(page.next->last_chain);
    return text + '\n';
}

ExitCode run(const Arguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const Result<SessionPage> page = reader->get_user_active_sessions(
        arguments.user, arguments.as_of_us, {.limit = arguments.limit, .after = arguments.after});
    if (!page) return report(console, page.error());
    if (as_table(arguments.form, console)) {
        console.output.write(for_people(*page, arguments, wants_colours(console)));
    } else {
        JsonLine line;
        for (const Token& token : page->sessions) {
            add_token(line, {token, TokenState::live, std::nullopt}, arguments.shown);
            console.output.write(line.finish());
        }
    }
    tell_moment(console, *reader, arguments.as_of_us);
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_view(line, *arguments);
    add_parsed(line, "USER", arguments->user, parsed_by(parse_id<UserId>), "a UUID", "The user's id, a UUID")
        .required()
        ->type_name("");
    add_number(line, "--limit", arguments->limit, 1, max_page_limit, "At most this many, 1 to 1000; 50 by default");
    const auto parse_cursor = [](const std::string& text) -> std::optional<SessionCursor> {
        const Result<TokenId> chain = parse_id<TokenId>(text);
        if (!chain) return std::nullopt;
        return SessionCursor{*chain};
    };
    add_parsed(line, "--after", arguments->after, parse_cursor, "a cursor that an earlier page named",
               "Go on behind this cursor: the chain_id of the last session of the page before")
        .type_name("CURSOR");
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb sessions_verb() { return {"sessions", "List a user's live tokens, newest login first", declare}; }

}  // namespace tokenstore::tool
