#include "operations/cleanup.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/token_state.hpp"

namespace tokenstore::operations {

namespace {

// A step holds up to twice as many stripes for the time of one unsynced write: small enough that a writer hardly ever
// waits, large enough that the scan between the steps does not dominate.
constexpr std::size_t tokens_per_step = 32;

// How many candidates are remembered from one scan: 32 KiB.
constexpr std::size_t tokens_per_scan = 1024;

struct Candidates {
    std::vector<TokenHash> expired;
    std::optional<TokenHash> next;  // where to go on; absent at the end of the tokens
};

Result<Candidates> find_candidates(const storage::Database& database, const TokenHash& from, std::int64_t now_us) {
    Candidates candidates;
    auto scanned = database.scan_expiries(from, [&](const TokenHash& hash, std::int64_t expires_at_us) {
        if (!model::is_expired(expires_at_us, now_us)) return true;
        if (candidates.expired.size() == tokens_per_scan) {
            candidates.next = hash;
            return false;
        }
        candidates.expired.push_back(hash);
        return true;
    });
    if (!scanned) return std::move(scanned).error();
    return candidates;
}

/// Removes those of `hashes` that are stored and expired, with the index entries of chains that they are the tips of.
Result<std::uint64_t> remove_expired(Context& context, std::span<const TokenHash> hashes, std::int64_t now_us) {
    const auto before = context.database.get_tokens(hashes);
    if (!before) return before.error();
    std::vector<std::size_t> stripes;
    for (const auto& token : *before) {
        if (!token) continue;
        stripes.push_back(context.stripe(token->user_id));
        stripes.push_back(context.stripe(token->family_id));
    }
    if (stripes.empty()) return 0;
    const auto guard = context.locks.lock(stripes);
    const auto tokens = context.database.get_tokens(hashes);
    if (!tokens) return tokens.error();

    storage::Batch batch(context.database);
    std::uint64_t removed = 0;
    for (std::size_t i = 0; i < tokens->size(); ++i) {
        const auto& token = (*tokens)[i];
        const auto& locked = (*before)[i];  // another token under the same hash would be somebody else's to lock
        if (!token || !locked || token->id != locked->id) continue;
        if (!model::is_expired(token->expires_at_us, now_us)) continue;
        batch.delete_record(token->hash);
        // A token that was not rotated away is the tip of its chain, whose index entries go with it.
        if (!token->consumed_at_us) batch.delete_chain(*token);
        ++removed;
    }
    if (removed == 0) return 0;
    if (auto committed = context.commit(std::move(batch), Durability::lose_on_power_failure); !committed) {
        return std::move(committed).error();
    }
    return removed;
}

Error partly_done(Error error, std::uint64_t removed) {
    if (removed > 0) error.write = WriteState::partly_written;
    error.message += "; " + std::to_string(removed) + " expired tokens were removed before";
    return error;
}

}  // namespace

Result<std::uint64_t> cleanup_expired(Context& context, Durability durability) {
    // The bounded time, not the wall clock's: a delete cannot be undone.
    const auto now_us = context.clock.advance();
    std::uint64_t removed = 0;
    std::optional<TokenHash> from = TokenHash{};
    while (from) {
        auto candidates = find_candidates(context.database, *from, now_us);
        if (!candidates) return partly_done(std::move(candidates).error(), removed);
        const std::span<const TokenHash> expired(candidates->expired);
        for (std::size_t begin = 0; begin < expired.size(); begin += tokens_per_step) {
            const auto step = expired.subspan(begin, std::min(tokens_per_step, expired.size() - begin));
            auto done = context.until_writable([&] { return remove_expired(context, step, now_us); });
            if (!done) return partly_done(std::move(done).error(), removed);
            removed += *done;
            context.counters.add(Counter::cleaned_up, *done);
        }
        from = candidates->next;
    }
    // The steps were not synced one by one: losing one brings back what is expired anyway. One sync covers them all.
    if (removed > 0 && durability == Durability::lose_nothing) {
        if (auto synced = context.database.sync(); !synced) return partly_done(std::move(synced).error(), removed);
    }
    return removed;
}

}  // namespace tokenstore::operations
