#include "verbs/get.hpp"

#include <cstdint>
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
#include "format/validity.hpp"
#include "system/secret_line.hpp"
#include "verbs/options.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {
namespace {

struct Arguments : View {
    std::optional<TokenHash> hash;  // absent: the raw token is read from standard input
};

Result<TokenHash> read_hash(Console& console) {
    const Result<RawToken> token = read_raw_token(console.input, [&console] {
        console.errors.write("Raw token (not shown): ");
        console.errors.flush();
    });
    if (!token) return token.error();
    return hash_token(*token);
}

std::string for_people(const JudgedToken& judged, const View& view, bool colours) {
    const Token& token = judged.token;
    const Redaction& shown = view.shown;
    const OriginState origin = origin_state(judged);
    const auto time = [](std::optional<std::int64_t> time_us) {
        return time_us ? rfc3339(*time_us) : std::string(shown_null);
    };
    const auto hash = [&shown](const std::optional<TokenHash>& value) {
        return value ? shown(*value) : std::string(shown_null);
    };
    const bool valid = is_valid(judged);
    std::vector<std::pair<std::string_view, Cell>> fields = {
        {"valid", {valid ? "yes" : "no", valid ? Colour::green : Colour::red}},
        {"why", why_valid_or_not(judged, view.as_of_us, shown)},
        {"state", {name(judged.state), colour_of(judged.state)}},
        {"revocation_reason", judged.revocation ? name(judged.revocation->reason) : shown_null},
        {name(Column::id), to_string(token.id)},
        {name(Column::created_at), time(token.created_at_us)},
        {name(Column::updated_at), time(origin.updated_at_us)},
        {name(Column::token_hash), shown(token.hash)},
        {name(Column::user_id), shown(token.user_id)},
        {name(Column::family_id), to_string(token.family_id)},
    };
    if (shown.show_ids) {
        fields.emplace_back(name(Column::device_id), shown_text(token.device_id));
        fields.emplace_back(name(Column::device_name), shown_text(token.device_name));
        fields.emplace_back(name(Column::ip_address), shown_text(token.ip_address));
    }
    fields.emplace_back(name(Column::expires_at), time(token.expires_at_us));
    fields.emplace_back(name(Column::is_revoked), origin.is_revoked ? "true" : "false");
    fields.emplace_back(name(Column::revoked_at), time(origin.revoked_at_us));
    fields.emplace_back("chain_id", to_string(token.chain_id));
    fields.emplace_back("consumed_at", time(token.consumed_at_us));
    fields.emplace_back("predecessor", hash(token.predecessor));
    fields.emplace_back("successor", hash(token.successor));
    return field_list(fields, colours);
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
        report(console, "no such token in " + moment_text(*reader, arguments.as_of_us));
        return ExitCode::not_found;
    }
    const JudgedToken& judged = **found;
    if (as_table(arguments.form, console)) {
        console.output.write(for_people(judged, arguments, wants_colours(console)));
    } else {
        JsonLine line;
        line.flag("valid", is_valid(judged));
        line.plain("why", why_valid_or_not(judged, arguments.as_of_us, arguments.shown));
        add_token(line, judged, arguments.shown);
        console.output.write(line.finish());
    }
    tell_moment(console, *reader, arguments.as_of_us);
    return ExitCode::ok;
}

Run declare(CLI::App& line) {
    const auto arguments = std::make_shared<Arguments>();
    add_view(line, *arguments);
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
    return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace

Verb get_verb() {
    return {"get", "Show one token, whatever its state, and why it is or is not valid", declare,
            "Examples:\n"
            "  tokenstore get gateway --token-stdin           type or paste the raw token; it is not shown\n"
            "  tokenstore get gateway --hash HEX --full-hash --show-ids --format json\n"};
}

}  // namespace tokenstore::tool
