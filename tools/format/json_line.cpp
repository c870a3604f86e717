#include "format/json_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <utf8.h>

#include "format/rfc3339.hpp"
#include "format/terminal_text.hpp"

namespace tokenstore::tool {
namespace {

void write_plain(JsonWriter& json, std::string_view text) {
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void append_json_escape(std::string& text, char32_t character) {
    const auto append_unit = [&text](unsigned unit) {
        std::array<char, 12> escape{};
        std::snprintf(escape.data(), escape.size(), "\\u%04x", unit);
        text += escape.data();
    };
    if (character > 0xffff) {
        append_unit(static_cast<unsigned>(0xd7c0 + (character >> 10)));
        append_unit(static_cast<unsigned>(0xdc00 + (character & 0x3ff)));
    } else {
        append_unit(static_cast<unsigned>(character));
    }
}

// Whether the text holds a character that JSON lets stand and a terminal should not. Precondition: valid UTF-8.
bool has_hidden_character(std::string_view text) {
    for (const char* at = text.data(); at != text.data() + text.size();) {
        const auto character = static_cast<char32_t>(utf8::unchecked::next(at));
        if (character >= 0x7f && needs_escape(character)) return true;
    }
    return false;
}

}  // namespace

void write_json_text(JsonWriter& json, std::string_view text) {
    // The store keeps valid UTF-8 only; should it ever hand out anything else, the JSON stays JSON.
    std::string valid;
    if (!utf8::is_valid(text)) {
        valid = utf8::replace_invalid(text);
        text = valid;
    }
    if (!has_hidden_character(text)) {
        write_plain(json, text);
        return;
    }
    std::string quoted = "\"";
    for (const char* at = text.data(); at != text.data() + text.size();) {
        const char* const begin = at;
        const auto character = static_cast<char32_t>(utf8::unchecked::next(at));
        if (character == U'"' || character == U'\\') {
            quoted += '\\';
            quoted += static_cast<char>(character);
        } else if (needs_escape(character)) {
            append_json_escape(quoted, character);
        } else {
            quoted.append(begin, at);
        }
    }
    quoted += '"';
    json.RawValue(quoted.data(), quoted.size(), rapidjson::kStringType);
}

JsonLine& JsonLine::text(std::string_view key, std::string_view value) {
    const bool needs_no_escape = std::all_of(value.begin(), value.end(), [](char character) {
        return character >= ' ' && character <= '~' && character != '"' && character != '\\';
    });
    if (needs_no_escape) return plain(key, value);
    begin_member(key);
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    write_json_text(writer, value);
    line_.append(buffer.GetString(), buffer.GetSize());
    return *this;
}

JsonLine& JsonLine::text_or_null(std::string_view key, const std::optional<std::string>& value) {
    return value ? text(key, *value) : null(key);
}

JsonLine& JsonLine::time(std::string_view key, std::optional<std::int64_t> time_us) {
    if (!time_us) return null(key);
    return plain_by(key, [&](std::string& text) { append_rfc3339(text, *time_us); });
}

JsonLine& JsonLine::number(std::string_view key, std::uint64_t value) {
    begin_member(key);
    line_ += std::to_string(value);
    return *this;
}

JsonLine& JsonLine::null(std::string_view key) {
    begin_member(key);
    line_ += "null";
    return *this;
}

JsonLine& JsonLine::flag(std::string_view key, bool value) {
    begin_member(key);
    line_ += value ? "true" : "false";
    return *this;
}

JsonLine& JsonLine::plain(std::string_view key, std::string_view value) {
    begin_member(key);
    line_ += '"';
    line_ += value;
    line_ += '"';
    return *this;
}

std::string_view JsonLine::finish() {
    if (finished_) line_ = "{";
    finished_ = true;
    line_ += "}\n";
    return line_;
}

void JsonLine::begin_member(std::string_view key) {
    if (finished_) {
        line_ = "{\"";
        finished_ = false;
    } else {
        line_ += ",\"";
    }
    line_ += key;
    line_ += "\":";
}

}  // namespace tokenstore::tool
