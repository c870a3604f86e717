// One line of JSON: an object, member by member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tokenstore::tool {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

/// Text that is harmless on a terminal too: control and invisible characters are written as \u escapes.
void write_json_text(JsonWriter& json, std::string_view text);

/// The members come in the order of the calls. One line after the other reuses the memory.
class JsonLine {
public:
    JsonLine();

    JsonLine& text(std::string_view key, std::string_view value);
    JsonLine& text_or_null(std::string_view key, const std::optional<std::string>& value);
    JsonLine& time(std::string_view key, std::optional<std::int64_t> time_us);  ///< RFC 3339; null if absent
    JsonLine& number(std::string_view key, std::uint64_t value);
    JsonLine& null(std::string_view key);
    JsonLine& flag(std::string_view key, bool value);

    /// For ASCII that is known to need no escapes, and for values that are made elsewhere.
    JsonLine& plain(std::string_view key, std::string_view value);

    /// Ends the object and the line, and begins the next. Valid until the next call of any of these.
    [[nodiscard]] std::string_view finish();

private:
    JsonLine& key(std::string_view key);
    void begin_if_finished();

    rapidjson::StringBuffer buffer_;
    JsonWriter writer_;
    bool finished_ = true;
};

}  // namespace tokenstore::tool
