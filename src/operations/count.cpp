#include "operations/count.hpp"

#include <utility>

#include "model/token_state.hpp"
#include "operations/walk.hpp"

namespace tokenstore::operations {

Result<TokenCounts> count(const storage::Database& database, std::int64_t now_us) {
    TokenCounts counts;
    auto walked = walk_tokens(database, {.as_of_us = now_us}, [&](const JudgedToken& judged) {
        if (judged.state == TokenState::live) ++counts.live;
        if (judged.revocation) ++counts.revoked;
        if (judged.token.consumed_at_us) ++counts.consumed;
        if (model::is_expired(judged.token.expires_at_us, now_us)) ++counts.expired;
        return true;
    });
    if (!walked) return std::move(walked).error();
    counts.tokens = walked->visited;
    auto users = database.count_users();
    if (!users) return std::move(users).error();
    counts.users = *users;
    auto families = database.count_families();
    if (!families) return std::move(families).error();
    counts.families = *families;
    return counts;
}

}  // namespace tokenstore::operations
