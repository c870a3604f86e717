#include "format/token_json_reader.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "format/rfc3339.hpp"

namespace tokenstore::tool {
namespace {

std::optional<std::string_view> text_of(const rapidjson::Value& value) {
    return std::string_view(value.GetString(), value.GetStringLength());
}

// A key that stands twice says two things; which of them is meant, nobody can know.
std::optional<RowProblem> find_repeated_key(const rapidjson::Value& object) {
    std::vector<std::string_view> keys;
    for (const auto& member : object.GetObject()) keys.push_back(*text_of(member.name));
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) == keys.end()) return std::nullopt;
    return RowProblem{{}, "a key stands there twice"};
}

// The end of a token has more than one witness in a dump. Where they disagree, importing a live token could bring an
// ended one back.
std::optional<RowProblem> find_denied_end(const rapidjson::Value& object) {
    const auto revoked = object.FindMember("is_revoked");
    if (revoked == object.MemberEnd()) return std::nullopt;
    if (!revoked->value.IsBool()) return RowProblem{"is_revoked", "neither true nor false"};
    if (revoked->value.GetBool()) return std::nullopt;
    const auto state = object.FindMember("state");
    if (state != object.MemberEnd() && state->value.IsString()) {
        const std::string_view said = *text_of(state->value);
        if (said == name(TokenState::revoked) || said == name(TokenState::consumed)) {
            return RowProblem{"is_revoked", "false, though state tells of an end"};
        }
    }
    for (const char* witness : {"consumed_at", "successor", "revocation_reason"}) {
        const auto member = object.FindMember(witness);
        if (member == object.MemberEnd() || member->value.IsNull()) continue;
        return RowProblem{"is_revoked", std::string("false, though ") + witness + " tells of an end"};
    }
    return std::nullopt;
}

}  // namespace

tl::expected<Token, RowProblem> token_from_json(std::string_view line) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(line.data(), line.size());
    const rapidjson::Value& object = document;
    if (document.HasParseError()) return tl::unexpected(RowProblem{{}, "not a line of JSON: is its end missing?"});
    if (!object.IsObject()) return tl::unexpected(RowProblem{{}, "not a JSON object"});
    if (auto problem = find_repeated_key(object)) return tl::unexpected(*std::move(problem));
    if (auto problem = find_denied_end(object)) return tl::unexpected(*std::move(problem));
    std::vector<CsvField> fields;
    for (const std::string_view column : column_names) {
        const rapidjson::Value key(column.data(), static_cast<rapidjson::SizeType>(column.size()));
        const auto member = object.FindMember(key);
        if (member == object.MemberEnd()) return tl::unexpected(RowProblem{std::string(column), "missing"});
        const rapidjson::Value& value = member->value;
        if (value.IsNull()) {
            fields.emplace_back();
        } else if (value.IsString()) {
            fields.push_back(text_of(value));
        } else if (value.IsBool()) {
            fields.emplace_back(value.GetBool() ? "t" : "f");
        } else {
            return tl::unexpected(RowProblem{std::string(column), "neither a string nor null"});
        }
    }
    return token_from_fields(fields,
                             {parse_rfc3339, "not a time such as 2026-04-22T00:16:23Z, in the years 1 to 9999"});
}

}  // namespace tokenstore::tool
