#include "format/token_json.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include <utf8.h>

#include "format/origin_row.hpp"
#include "format/rfc3339.hpp"
#include "format/terminal_text.hpp"

namespace tokenstore::tool {
namespace {

void write_text(JsonWriter& json, std::string_view text) {
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_key(JsonWriter& json, std::string_view key) {
    json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

void write_time(JsonWriter& json, std::optional<std::int64_t> time_us) {
    if (time_us) {
        write_text(json, rfc3339(*time_us));
    } else {
        json.Null();
    }
}

void write_optional_text(JsonWriter& json, const std::optional<std::string>& text) {
    if (text) {
        write_json_text(json, *text);
    } else {
        json.Null();
    }
}

void write_optional_hash(JsonWriter& json, const std::optional<TokenHash>& hash) {
    if (hash) {
        write_text(json, to_hex(*hash));
    } else {
        json.Null();
    }
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
        write_text(json, text);
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

void write_json_token(JsonWriter& json, const JudgedToken& judged) {
    const Token& token = judged.token;
    const OriginState origin = origin_state(judged);
    json.StartObject();
    write_key(json, name(Column::id));
    write_text(json, to_string(token.id));
    write_key(json, name(Column::created_at));
    write_time(json, token.created_at_us);
    write_key(json, name(Column::updated_at));
    write_time(json, origin.updated_at_us);
    write_key(json, name(Column::token_hash));
    write_text(json, to_hex(token.hash));
    write_key(json, name(Column::user_id));
    write_text(json, to_string(token.user_id));
    write_key(json, name(Column::family_id));
    write_text(json, to_string(token.family_id));
    write_key(json, name(Column::device_id));
    write_optional_text(json, token.device_id);
    write_key(json, name(Column::device_name));
    write_optional_text(json, token.device_name);
    write_key(json, name(Column::ip_address));
    write_optional_text(json, token.ip_address);
    write_key(json, name(Column::expires_at));
    write_time(json, token.expires_at_us);
    write_key(json, name(Column::is_revoked));
    json.Bool(origin.is_revoked);
    write_key(json, name(Column::revoked_at));
    write_time(json, origin.revoked_at_us);
    write_key(json, "chain_id");
    write_text(json, to_string(token.chain_id));
    write_key(json, "state");
    write_text(json, tokenstore::name(judged.state));
    write_key(json, "revocation_reason");
    if (judged.revocation) {
        write_text(json, tokenstore::name(judged.revocation->reason));
    } else {
        json.Null();
    }
    write_key(json, "consumed_at");
    write_time(json, token.consumed_at_us);
    write_key(json, "predecessor");
    write_optional_hash(json, token.predecessor);
    write_key(json, "successor");
    write_optional_hash(json, token.successor);
    json.EndObject();
}

std::string_view JsonLines::line(const JudgedToken& judged) {
    buffer_.Clear();
    writer_.Reset(buffer_);
    write_json_token(writer_, judged);
    buffer_.Put('\n');
    return {buffer_.GetString(), buffer_.GetSize()};
}

}  // namespace tokenstore::tool
