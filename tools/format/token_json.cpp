#include "format/token_json.hpp"

#include <optional>
#include <string>

#include "format/origin_row.hpp"

namespace tokenstore::tool {
namespace {

void add_hash(JsonLine& line, std::string_view key, const std::optional<TokenHash>& hash, const Redaction& shown) {
    if (hash) {
        line.plain(key, shown(*hash));
    } else {
        line.null(key);
    }
}

}  // namespace

void add_token(JsonLine& line, const JudgedToken& judged, const Redaction& shown) {
    const Token& token = judged.token;
    const OriginState origin = origin_state(judged);
    line.plain(name(Column::id), to_string(token.id));
    line.time(name(Column::created_at), token.created_at_us);
    line.time(name(Column::updated_at), origin.updated_at_us);
    line.plain(name(Column::token_hash), shown(token.hash));
    line.plain(name(Column::user_id), shown(token.user_id));
    line.plain(name(Column::family_id), to_string(token.family_id));
    if (shown.show_ids) {
        line.text_or_null(name(Column::device_id), token.device_id);
        line.text_or_null(name(Column::device_name), token.device_name);
        line.text_or_null(name(Column::ip_address), token.ip_address);
    }
    line.time(name(Column::expires_at), token.expires_at_us);
    line.flag(name(Column::is_revoked), origin.is_revoked);
    line.time(name(Column::revoked_at), origin.revoked_at_us);
    line.plain("chain_id", to_string(token.chain_id));
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
