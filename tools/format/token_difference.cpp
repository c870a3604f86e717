#include "format/token_difference.hpp"

#include "format/origin_row.hpp"

namespace tokenstore::tool {

Token as_origin_row(const JudgedToken& judged) {
    const OriginState state = origin_state(judged);
    Token row = judged.token;
    row.revoked = state.is_revoked;
    row.revoked_at_us = state.revoked_at_us;
    row.updated_at_us = state.updated_at_us;
    return row;
}

std::string differing_columns(const Token& a, const Token& b) {
    std::string names;
    const auto compare = [&names](Column column, const auto& of_a, const auto& of_b) {
        if (of_a == of_b) return;
        if (!names.empty()) names += ',';
        names += name(column);
    };
    compare(Column::id, a.id, b.id);
    compare(Column::created_at, a.created_at_us, b.created_at_us);
    compare(Column::updated_at, a.updated_at_us, b.updated_at_us);
    compare(Column::token_hash, a.hash, b.hash);
    compare(Column::user_id, a.user_id, b.user_id);
    compare(Column::family_id, a.family_id, b.family_id);
    compare(Column::device_id, a.device_id, b.device_id);
    compare(Column::device_name, a.device_name, b.device_name);
    compare(Column::ip_address, a.ip_address, b.ip_address);
    compare(Column::expires_at, a.expires_at_us, b.expires_at_us);
    compare(Column::is_revoked, a.revoked, b.revoked);
    compare(Column::revoked_at, a.revoked_at_us, b.revoked_at_us);
    return names;
}

}  // namespace tokenstore::tool
