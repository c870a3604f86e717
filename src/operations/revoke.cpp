#include "operations/revoke.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "model/limits.hpp"
#include "model/token_state.hpp"
#include "operations/live_tips.hpp"

namespace tokenstore::operations {

namespace {

/// No token that is stored by now expires later.
std::int64_t last_expiry_us(const Context& context, std::int64_t now_us) {
    return std::max(context.bounds.longest_expiry_us(), now_us + context.longest_token_lifetime_us);
}

/// Locks the family and, where it has one, its user. A family gets its user with its first token and keeps it, so what
/// is read before the lock is checked once more under it. The index that tells the user may be damaged: then the family
/// alone is locked, and can be ended all the same.
struct LockedFamily {
    base::LockStripes::Guard guard;
    std::optional<UserId> user;
    std::optional<Error> damage;
};

LockedFamily lock_family(Context& context, const FamilyId& family) {
    for (;;) {
        LockedFamily locked;
        auto before = context.database.owner_of(family);
        if (before) locked.user = *before;
        locked.guard = locked.user ? context.locks.lock({context.stripe(family), context.stripe(*locked.user)})
                                   : context.locks.lock({context.stripe(family)});
        auto under_lock = context.database.owner_of(family);
        if (!under_lock) {
            locked.damage = std::move(under_lock).error();
            return locked;
        }
        if (*under_lock == locked.user) return locked;
    }
}

Result<std::uint64_t> live_in_family(const Context& context, const FamilyId& family,
                                     const std::optional<model::FamilyEnd>& family_end,
                                     const std::optional<UserId>& user, std::int64_t now_us) {
    model::Ends ends{family_end, std::nullopt};
    if (user) {
        auto user_end = context.database.get_user_end(*user);
        if (!user_end) return std::move(user_end).error();
        ends.user = *user_end;
    }
    return count_live_in_family(context.database, family, ends, now_us);
}

Result<std::uint64_t> live_of_user(const Context& context, const UserId& user, std::int64_t now_us) {
    const auto user_end = context.database.get_user_end(user);
    if (!user_end) return user_end.error();
    return count_live_of_user(context.database, user, *user_end, now_us);
}

/// The end was written, which is what safety needs; what else the call was to answer could not be read.
Error ended_but(Error damage) {
    damage.write = WriteState::partly_written;
    damage.message = "the end was written, but " + damage.message;
    return damage;
}

}  // namespace

std::int64_t keep_until_us(const Context& context, std::int64_t last_expiry_us) {
    constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;
    return last_expiry_us + context.longest_downtime_us + day_us;
}

model::FamilyEnd family_end_now(const Context& context, RevocationReason reason, std::int64_t now_us) {
    return {now_us, keep_until_us(context, last_expiry_us(context, now_us)), reason};
}

Result<RevokeTokenOutcome> revoke_token(Context& context, const TokenHash& hash, Durability durability) {
    Token token;
    auto found = context.database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) return RevokeTokenOutcome::not_found;
    const auto guard = context.locks.lock({context.stripe(token.user_id), context.stripe(token.family_id)});
    const auto id = token.id;
    found = context.database.get_token(hash, token);
    if (!found) return std::move(found).error();
    // A later token under the same hash may be somebody else's to lock; the one that was meant is gone.
    if (!*found || token.id != id) return RevokeTokenOutcome::not_found;

    const auto now_us = context.clock.now_us();
    auto ends = context.database.get_ends({token.family_id, token.user_id});
    if (!ends) return std::move(ends).error();
    auto outcome = RevokeTokenOutcome::revoked;
    switch (model::state_of(token, *ends, now_us)) {
        case TokenState::revoked:
            outcome = RevokeTokenOutcome::already_revoked;
            break;
        case TokenState::consumed:
            outcome = RevokeTokenOutcome::already_consumed;
            break;
        case TokenState::expired:
        case TokenState::live:
            token.revoked = true;
            token.revoked_at_us = now_us;
            token.updated_at_us = now_us;
            break;
    }
    // What ended the token before may have been written without a sync. Writing the record once more, as it is, gives
    // this call the durability that it asks for: a sync covers everything in the log before it.
    if (outcome != RevokeTokenOutcome::revoked && durability == Durability::lose_on_power_failure) return outcome;
    storage::Batch batch(context.database);
    if (token.consumed_at_us) {
        batch.put_record(token);
    } else {
        batch.put_tip(token);
    }
    if (auto committed = context.commit(std::move(batch), durability); !committed) return std::move(committed).error();
    if (outcome == RevokeTokenOutcome::revoked) context.counters.add(Counter::tokens_revoked);
    return outcome;
}

Result<RevokeResult> revoke_family(Context& context, const FamilyId& family, Counting counting, Durability durability) {
    auto locked = lock_family(context, family);
    const auto now_us = context.clock.now_us();
    const auto standing = context.database.get_family_end(family);
    if (!standing) return standing.error();
    RevokeResult result;
    result.newly_ended = !*standing;
    if (counting == Counting::exact && !locked.damage) {
        auto live = live_in_family(context, family, *standing, locked.user, now_us);
        if (live) {
            result.live_ended = *live;
        } else {
            locked.damage = std::move(live).error();
        }
    }
    // An end that stands already is written again as it is: it may not have been synced, and this call promises it.
    const auto end = standing->value_or(family_end_now(context, RevocationReason::family_revoked, now_us));
    storage::Batch batch(context.database);
    batch.put_family_end(family, locked.user ? &*locked.user : nullptr, end);
    if (auto committed = context.commit(std::move(batch), durability); !committed) return std::move(committed).error();
    if (result.newly_ended) context.counters.add(Counter::families_ended);
    if (locked.damage) return ended_but(*std::move(locked.damage));
    return result;
}

Result<RevokeResult> revoke_all_user_tokens(Context& context, const UserId& user, Counting counting,
                                            Durability durability) {
    const auto guard = context.locks.lock({context.stripe(user)});
    const auto now_us = context.clock.now_us();
    RevokeResult result;
    result.newly_ended = true;
    std::optional<Error> damage;
    if (counting == Counting::exact) {
        auto live = live_of_user(context, user, now_us);
        if (live) {
            result.live_ended = *live;
        } else {
            damage = std::move(live).error();
        }
    }
    // Taken under the user's lock: every token issued before has a smaller stamp, every later one a greater.
    auto stamp_us = context.bounds.next_stamp(now_us);
    if (!stamp_us) return std::move(stamp_us).error();
    storage::Batch batch(context.database);
    batch.put_user_end(user, {now_us, keep_until_us(context, last_expiry_us(context, now_us)), *stamp_us});
    if (auto committed = context.commit(std::move(batch), durability); !committed) return std::move(committed).error();
    context.counters.add(Counter::users_ended);
    if (damage) return ended_but(*std::move(damage));
    return result;
}

}  // namespace tokenstore::operations
