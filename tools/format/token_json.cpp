#include "format/token_json.hpp"

#include <optional>
#include <string>

#include "format/origin_row.hpp"

namespace tokenstore::tool {
namespace {

template <class Tag>
void add_id(JsonLine& line, std::string_view key, const Id<Tag>& id) {
    line.plain_by(key, [&](std::string& text) { append_id(text, id); });
}

/// A hash, or a user's id.
template <class Value>
void add_shown(JsonLine& line, std::string_view key, const Value& value, const Redaction& shown) {
    line.plain_by(key, [&](std::string& text) { shown.append(text, value); });
}

void add_hash(JsonLine& line, std::string_view key, const std::optional<TokenHash>& hash, const Redaction& shown) {
    if (hash) {
        add_shown(line, key, *hash, shown);
    } else {
        line.null(key);
    }
}

}  // namespace

void add_token(JsonLine& line, const JudgedToken& judged, const Redaction& shown) {
    const Token& token = judged.token;
    const OriginState origin = origin_state(judged);
    add_id(line, name(Column::id), token.id);
    line.time(name(Column::created_at), token.created_at_us);
    line.time(name(Column::updated_at), origin.updated_at_us);
    add_shown(line, name(Column::token_hash), token.hash, shown);
    add_shown(line, name(Column::user_id), token.user_id, shown);
    add_id(line, name(Column::family_id), token.family_id);
    if (shown.show_ids) {
        line.text_or_null(name(Column::device_id), token.device_id);
        line.text_or_null(name(Column::device_name), token.device_name);
        line.text_or_null(name(Column::ip_address), token.ip_address);
    }
    line.time(name(Column::expires_at), token.expires_at_us);
    line.flag(name(Column::is_revoked), origin.is_revoked);
    line.time(name(Column::revoked_at), origin.revoked_at_us);
    add_id(line, "chain_id", token.chain_id);
    line.plain("state", tokenstore::name(judged.state));
    if (judged.revocation) {
        line.plain("revocation_reason", tokenstore::name(judged.revocation->reason));
    } else {
        line.null("revocation_reason");
    }
    line.time("consumed_at", token.consumed_at_us);
    add_hash(line, "predecessor", token.predecessor, shown);
    add_hash(line, "successor", token.successor, shown);
}

}  // namespace tokenstore::tool
