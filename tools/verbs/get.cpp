#include "verbs/get.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tokenstore/raw_token.hpp>
#include <tokenstore/store_reader.hpp>

#include "format/origin_row.hpp"
#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/token_json.hpp"
#include "system/secret_line.hpp"
#include "verbs/options.hpp"

namespace tokenstore::tool {
namespace {

enum class GetFormat { table, json };

struct Arguments {
    std::filesystem::path store;
    std::optional<TokenHash> hash;    // absent: the raw token is read from standard input
    std::optional<GetFormat> format;  // absent: table on a terminal, json elsewhere
    std::int64_t as_of_us = 0;
};

Result<TokenHash> read_hash(Console& console) {
    const Result<RawToken> token = read_raw_token(console.input, [&console] {
        console.errors.write("Raw token (not shown): ");
        console.errors.flush();
    });
    if (!token) return token.error();
    return hash_token(*token);
}

std::string shown_time(std::optional<std::int64_t> time_us) {
    return time_us ? rfc3339(*time_us) : std::string(shown_null);
}

std::string shown_hash(const std::optional<TokenHash>& hash) { return hash ? to_hex(*hash) : std::string(shown_null); }

std::string fields_for_people(const JudgedToken& judged) {
    const Token& token = judged.token;
    const OriginState origin = origin_state(judged);
    const std::vector<std::pair<std::string_view, std::string>> fields = {
        {"state", std::string(name(judged.state))},
        {"revocation_reason",
         judged.revocation ? std::string(name(judged.revocation->reason)) : std::string(shown_null)},
        {name(Column::id), to_string(token.id)},
        {name(Column::created_at), shown_time(token.created_at_us)},
        {name(Column::updated_at), shown_time(origin.updated_at_us)},
        {name(Column::token_hash), to_hex(token.hash)},
        {name(Column::user_id), to_string(token.user_id)},
        {name(Column::family_id), to_string(token.family_id)},
        {name(Column::device_id), shown_text(token.device_id)},
        {name(Column::device_name), shown_text(token.device_name)},
        {name(Column::ip_address), shown_text(token.ip_address)},
        {name(Column::expires_at), shown_time(token.expires_at_us)},
        {name(Column::is_revoked), origin.is_revoked ? "true" : "false"},
        {name(Column::revoked_at), shown_time(origin.revoked_at_us)},
        {"chain_id", to_string(token.chain_id)},
        {"consumed_at", shown_time(token.consumed_at_us)},
        {"predecessor", shown_hash(token.predecessor)},
        {"successor", shown_hash(token.successor)},
    };
    std::size_t width = 0;
    for (const auto& [key, value] : fields) width = std::max(width, key.size());
    std::string text;
    for (const auto& [key, value] : fields) {
        text += key;
        text += ':';
        text.append(width - key.size() + 1, ' ');
        text += value + '\n';
    }
    return text;
}

ExitCode run(const Arguments& arguments, Console& console) {
    // The store first: nobody should type a secret only to learn that the path is wrong.
    const Result<StoreReader> reader = StoreReader::open(arguments.store);
    if (!reader) return report(console, reader.error());
    const Result<TokenHash> hash = arguments.hash ? Result<TokenHash>(*arguments.hash) : read_hash(console);
    if (!hash) return report(console, hash.error());
    const Result<std::optional<JudgedToken>> found = reader->get_by_hash(*hash, arguments.as_of_us);
    if (!found) return report(console, found.error());
    if (!*found) {
        report(console, "no such token is stored");
        return ExitCode::not_found;
    }
    const GetFormat by_default = console.output.is_terminal() ? GetFormat::table : GetFormat::json;
    if (arguments.format.value_or(by_default) == GetFormat::table) {
        console.output.write(fields_for_people(**found));
    } else {
        console.output.write(JsonLines().line(**found));
    }
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_store(line, arguments->store);
    CLI::Option& hash = add_parsed(line, "--hash", arguments->hash, parsed_by(parse_token_hash),
                                   "64 hexadecimal digits", "The SHA-256 of the raw token, 64 hexadecimal digits");
    hash.type_name("HEX");
    CLI::Option& token = *line.add_flag("--token-stdin");
    token.description("Read the raw token, one line, from standard input; it is not shown");
    token.disable_flag_override();
    line.parse_complete_callback([&hash, &token] {
        if (hash.empty() == token.empty()) {
            throw CLI::ValidationError("get", "expected either --hash or --token-stdin");
        }
    });
    add_choice<GetFormat>(line, "--format", arguments->format, {{"table", GetFormat::table}, {"json", GetFormat::json}},
                          "table by default on a terminal, json elsewhere");
    add_as_of(line, arguments->as_of_us);
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb get_verb() { return {"get", "Show one token, whatever its state", declare}; }

}  // namespace tokenstore::tool
