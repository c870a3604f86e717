#include "format/token_json_reader.hpp"

#include <rapidjson/document.h>

#include <string>
#include <vector>

#include "format/rfc3339.hpp"

namespace tokenstore::tool {
namespace {

std::optional<std::string_view> text_of(const rapidjson::Value& value) {
    return std::string_view(value.GetString(), value.GetStringLength());
}

}  // namespace

tl::expected<Token, RowProblem> token_from_json(std::string_view line) {
    rapidjson::Document object;
    object.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(line.data(), line.size());
    if (object.HasParseError()) return tl::unexpected(RowProblem{{}, "not a line of JSON: is its end missing?"});
    if (!object.IsObject()) return tl::unexpected(RowProblem{{}, "not a JSON object"});
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
