#include "operations/cleanup.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "codec/keys.hpp"
#include "model/token_state.hpp"

namespace tokenstore::operations {

namespace {

// A step holds up to twice as many stripes for the time of one unsynced write: small enough that a writer hardly ever
// waits, large enough that the scan between the steps does not dominate.
constexpr std::size_t tokens_per_step = 32;

// How many candidates are remembered from one scan: 112 KiB.
constexpr std::size_t tokens_per_scan = 1024;

struct Candidates {
    std::vector<storage::StoredToken> expired;
    std::optional<TokenHash> next;  // where to go on; absent at the end of the tokens
    std::optional<Error> failure;   // what ended the scan early, behind these
};

Candidates find_candidates(const storage::Database& database, const TokenHash& from, std::int64_t now_us) {
    Candidates candidates;
    auto scanned = database.scan_expiring(from, now_us, [&](const TokenHash& hash, const model::TokenHead& head) {
        if (candidates.expired.size() == tokens_per_scan) {
            candidates.next = hash;
            return false;
        }
        candidates.expired.push_back({hash, head.whose});
        return true;
    });
    if (!scanned) candidates.failure = std::move(scanned).error();
    return candidates;
}

/// Removes those candidates that are still stored and expired, with the index entries of chains that they are the tips
/// of.
Result<std::uint64_t> remove_expired(Context& context, std::span<const storage::StoredToken> candidates,
                                     std::int64_t now_us) {
    std::vector<TokenHash> hashes;
    std::vector<std::size_t> stripes;
    for (const auto& [hash, token] : candidates) {
        hashes.push_back(hash);
        stripes.push_back(context.stripe(token.user_id));
        stripes.push_back(context.stripe(token.family_id));
    }
    const auto guard = context.locks.lock(stripes);
    const auto heads = context.database.get_tokens<model::TokenHead>(hashes);
    if (!heads) return heads.error();

    storage::Batch batch(context.database);
    std::vector<storage::StoredToken> tips;
    std::uint64_t removed = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const auto& head = (*heads)[i];
        // Another token under the same hash is somebody else's to lock.
        if (!head || head->whose.id != candidates[i].token.id) continue;
        if (!model::is_expired(head->whose.expires_at_us, now_us)) continue;
        batch.delete_record(hashes[i]);
        if (!head->consumed) tips.push_back({hashes[i], head->whose});
        ++removed;
    }
    if (removed == 0) return 0;
    // A token that was not rotated away is the tip of its chain, whose index entries go with it, unless they are those
    // of a live session by now.
    const auto own = context.database.own_entries(tips);
    if (!own) return own.error();
    for (std::size_t i = 0; i < tips.size(); ++i) {
        const auto& token = tips[i].token;
        const auto by_family = codec::index_key(token.family_id, token.chain_id);
        const auto by_user = codec::index_key(token.user_id, token.chain_id);
        if ((*own)[i].by_family) batch.delete_entry(storage::Family::by_family, by_family.view());
        if ((*own)[i].by_user) batch.delete_entry(storage::Family::by_user, by_user.view());
    }
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
        const std::span<const storage::StoredToken> expired(candidates.expired);
        for (std::size_t begin = 0; begin < expired.size(); begin += tokens_per_step) {
            const auto step = expired.subspan(begin, std::min(tokens_per_step, expired.size() - begin));
            auto done = context.until_writable([&] { return remove_expired(context, step, now_us); });
            if (!done) return partly_done(std::move(done).error(), removed);
            removed += *done;
            context.counters.add(Counter::cleaned_up, *done);
        }
        if (candidates.failure) return partly_done(*std::move(candidates.failure), removed);
        from = candidates.next;
    }
    // The steps were not synced one by one: losing one brings back what is expired anyway. One sync covers them all.
    if (removed > 0 && durability == Durability::lose_nothing) {
        if (auto synced = context.database.sync(); !synced) return partly_done(std::move(synced).error(), removed);
    }
    return removed;
}

}  // namespace tokenstore::operations
