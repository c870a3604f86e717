#include "model/imported_token.hpp"

#include <algorithm>

#include "base/uuid_v7.hpp"

namespace tokenstore::model {

TokenId chain_of_imported(const Token& row) noexcept {
    if (base::is_uuid_v7(row.id.bytes)) return row.id;
    auto chain = row.id;
    base::stamp_uuid_v7(chain.bytes, std::clamp(row.created_at_us, std::int64_t{0}, base::last_uuid_v7_us));
    return chain;
}

Token imported_token(const Token& row, const std::optional<UserEnd>& user_end, std::int64_t now_us) {
    Token token = row;
    token.chain_id = chain_of_imported(row);
    token.issue_stamp_us = std::min(row.created_at_us, now_us);
    if (user_end && token.issue_stamp_us > user_end->ended_at_us) {
        token.issue_stamp_us = std::max(token.issue_stamp_us, user_end->stamp_us + 1);
    }
    token.consumed_at_us.reset();
    token.predecessor.reset();
    token.successor.reset();
    return token;
}

}  // namespace tokenstore::model
