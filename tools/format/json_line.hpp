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

/// The members come in the order of the calls; keys need no escapes. One line after the other reuses the memory.
class JsonLine {
public:
    JsonLine& text(std::string_view key, std::string_view value);
    JsonLine& text_or_null(std::string_view key, const std::optional<std::string>& value);
    JsonLine& time(std::string_view key, std::optional<std::int64_t> time_us);  ///< RFC 3339; null if absent
    JsonLine& number(std::string_view key, std::uint64_t value);
    JsonLine& null(std::string_view key);
    JsonLine& flag(std::string_view key, bool value);

    /// For ASCII that is known to need no escapes.
    JsonLine& plain(std::string_view key, std::string_view value);

    /// The same for a value that `append` writes behind a text.
    template <class Append>
    JsonLine& plain_by(std::string_view key, const Append& append) {
        begin_member(key);
        line_ += '"';
        append(line_);
        line_ += '"';
        return *this;
    }

    /// Ends the object and the line, and begins the next. Valid until the next call of any of these.
    [[nodiscard]] std::string_view finish();

private:
    void begin_member(std::string_view key);

    std::string line_;
    bool finished_ = true;
};

}  // namespace tokenstore::tool
