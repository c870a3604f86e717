#include "operations/look_up.hpp"

#include <utility>

#include "model/token_state.hpp"

namespace tokenstore::operations {

Result<std::optional<JudgedToken>> get_by_hash(const storage::Database& database, const TokenHash& hash,
                                               std::int64_t now_us) {
    Token token;
    auto found = database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) return std::nullopt;
    auto ends = database.get_ends({token.family_id, token.user_id});
    if (!ends) return std::move(ends).error();
    // Between the two readings the token may have been rotated or ended by itself, and its family or user ended after
    // that. Read once more behind that end, after which nobody rotates it, it tells so.
    if (!token.revoked && model::revocation_of(token, *ends)) {
        const auto id = token.id;
        found = database.get_token(hash, token);
        if (!found) return std::move(found).error();
        if (!*found || token.id != id) return std::nullopt;  // removed meanwhile
    }
    return model::judge(std::move(token), *ends, now_us);
}

Result<std::optional<Token>> get_valid_by_hash(const storage::Database& database, Counters& counters,
                                               const TokenHash& hash, std::int64_t now_us) {
    Result<std::optional<Token>> answer;
    Token& token = answer->emplace();  // decoded in place: a Token is large
    auto found = database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) {
        counters.add(Counter::lookups_unknown);
        return std::nullopt;
    }
    // What the record alone refuses needs no second look.
    const bool usable_alone = model::state_of(token, {}, now_us) == TokenState::live;
    if (usable_alone) {
        auto ends = database.get_ends({token.family_id, token.user_id});
        if (!ends) return std::move(ends).error();
        if (model::state_of(token, *ends, now_us) == TokenState::live) {
            counters.add(Counter::lookups_valid);
            return answer;
        }
    }
    counters.add(Counter::lookups_refused);
    return std::nullopt;
}

Result<std::vector<std::optional<Token>>> get_valid_by_hashes(const storage::Database& database, Counters& counters,
                                                              std::span<const TokenHash> hashes, std::int64_t now_us) {
    auto tokens = database.get_tokens(hashes);
    if (!tokens) return tokens;
    std::vector<storage::Owner> owners;
    owners.reserve(tokens->size());
    for (const auto& token : *tokens) {
        if (token) owners.push_back({token->family_id, token->user_id});
    }
    auto ends = database.get_ends(owners);
    if (!ends) return std::move(ends).error();
    std::size_t next = 0;
    std::uint64_t valid = 0;
    for (auto& token : *tokens) {
        if (!token) continue;
        if (model::state_of(*token, (*ends)[next++], now_us) == TokenState::live) {
            ++valid;
        } else {
            token.reset();
        }
    }
    counters.add(Counter::lookups_valid, valid);
    counters.add(Counter::lookups_refused, owners.size() - valid);
    counters.add(Counter::lookups_unknown, hashes.size() - owners.size());
    return tokens;
}

}  // namespace tokenstore::operations
