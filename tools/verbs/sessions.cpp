#include "verbs/sessions.hpp"

#include <string>
#include <vector>

#include <tokenstore/store_reader.hpp>

#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"
#include "format/token_json.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::size_t device_name_columns_max = 40;
constexpr std::size_t hash_digits_shown = 8;

std::string as_table(const SessionPage& page, const SessionsArguments& arguments) {
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

std::string as_json(const SessionPage& page, const SessionsArguments& arguments) {
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

}  // namespace

ExitCode run_sessions(const SessionsArguments& arguments, Console& console) {
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const Result<SessionPage> page = reader->get_user_active_sessions(
        arguments.user, arguments.as_of_us, {.limit = arguments.limit, .after = arguments.after});
    if (!page) return report(console, page.error());
    console.output.write(arguments.format == SessionsFormat::json ? as_json(*page, arguments)
                                                                  : as_table(*page, arguments));
    return ExitCode::ok;
}

}  // namespace tokenstore::tool
