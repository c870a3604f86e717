// Tokens as JSON objects: the origin's columns under their names, then what the store knows besides.
#pragma once

#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <tokenstore/token.hpp>

namespace tokenstore::tool {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

/// Text that is harmless on a terminal too: control and invisible characters are written as \u escapes.
void write_json_text(JsonWriter& json, std::string_view text);

/// {"id":...,"created_at":...,...,"revoked_at":...,"chain_id":...,"state":...,"revocation_reason":...,"consumed_at":...,
/// "predecessor":...,"successor":...}
void write_json_token(JsonWriter& json, const JudgedToken& judged);

/// Makes one token after the other into a line, reusing the memory.
class JsonLines {
public:
    /// Valid until the next call.
    [[nodiscard]] std::string_view line(const JudgedToken& judged);

private:
    rapidjson::StringBuffer buffer_;
    JsonWriter writer_;
};

}  // namespace tokenstore::tool
