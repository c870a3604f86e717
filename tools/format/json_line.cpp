#include "format/json_line.hpp"

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

JsonLine::JsonLine() : writer_(buffer_) {}

JsonLine& JsonLine::text(std::string_view key_text, std::string_view value) {
    key(key_text);
    write_json_text(writer_, value);
    return *this;
}

JsonLine& JsonLine::text_or_null(std::string_view key_text, const std::optional<std::string>& value) {
    return value ? text(key_text, *value) : null(key_text);
}

JsonLine& JsonLine::time(std::string_view key_text, std::optional<std::int64_t> time_us) {
    return time_us ? plain(key_text, rfc3339(*time_us)) : null(key_text);
}

JsonLine& JsonLine::null(std::string_view key_text) {
    key(key_text);
    writer_.Null();
    return *this;
}

JsonLine& JsonLine::number(std::string_view key_text, std::uint64_t value) {
    key(key_text);
    writer_.Uint64(value);
    return *this;
}

JsonLine& JsonLine::flag(std::string_view key_text, bool value) {
    key(key_text);
    writer_.Bool(value);
    return *this;
}

JsonLine& JsonLine::plain(std::string_view key_text, std::string_view value) {
    key(key_text);
    write_plain(writer_, value);
    return *this;
}

std::string_view JsonLine::finish() {
    begin_if_finished();
    finished_ = true;
    writer_.EndObject();
    buffer_.Put('\n');
    return {buffer_.GetString(), buffer_.GetSize()};
}

JsonLine& JsonLine::key(std::string_view key) {
    begin_if_finished();
    writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    return *this;
}

void JsonLine::begin_if_finished() {
    if (!finished_) return;
    finished_ = false;
    buffer_.Clear();
    writer_.Reset(buffer_);
    writer_.StartObject();
}

}  // namespace tokenstore::tool
