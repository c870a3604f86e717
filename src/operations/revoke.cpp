#include "operations/revoke.hpp"

#include <algorithm>
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
/// is read before the lock is checked once more under it.
struct LockedFamily {
    base::LockStripes::Guard guard;
    std::optional<UserId> user;
};

Result<LockedFamily> lock_family(Context& context, const FamilyId& family) {
    for (;;) {
        auto before = context.database.owner_of(family);
        if (!before) return std::move(before).error();
        LockedFamily locked;
        locked.user = *before;
        locked.guard = locked.user ? context.locks.lock({context.stripe(family), context.stripe(*locked.user)})
                                   : context.locks.lock({context.stripe(family)});
        auto under_lock = context.database.owner_of(family);
        if (!under_lock) return std::move(under_lock).error();
        if (*under_lock == locked.user) return locked;
    }
}

}  // namespace

std::int64_t keep_until_us(std::int64_t last_expiry_us) {
    constexpr std::int64_t longer_us = 24LL * 3600 * 1'000'000;
    return last_expiry_us + longer_us;
}

model::FamilyEnd family_end_now(const Context& context, RevocationReason reason, std::int64_t now_us) {
    return {now_us, keep_until_us(last_expiry_us(context, now_us)), reason};
}

Result<RevokeTokenOutcome> revoke_token(Context& context, const TokenHash& hash, Durability durability) {
    Token token;
    auto found = context.database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) return RevokeTokenOutcome::not_found;
    const auto guard = context.locks.lock({context.stripe(token.user_id), context.stripe(token.family_id)});
    found = context.database.get_token(hash, token);
    if (!found) return std::move(found).error();
    if (!*found) return RevokeTokenOutcome::not_found;

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
    if (!locked) return std::move(locked).error();
    const auto now_us = context.clock.now_us();
    model::Ends ends;
    auto family_end = context.database.get_family_end(family);
    if (!family_end) return std::move(family_end).error();
    ends.family = *family_end;

    RevokeResult result;
    result.newly_ended = !ends.family;
    if (counting == Counting::exact) {
        if (locked->user) {
            auto user_end = context.database.get_user_end(*locked->user);
            if (!user_end) return std::move(user_end).error();
            ends.user = *user_end;
        }
        auto live = count_live_in_family(context.database, family, ends, now_us);
        if (!live) return std::move(live).error();
        result.live_ended = *live;
    }
    // An end that stands already is written again as it is: it may not have been synced, and this call promises it.
    const auto end = ends.family.value_or(family_end_now(context, RevocationReason::family_revoked, now_us));
    storage::Batch batch(context.database);
    batch.put_family_end(family, locked->user ? &*locked->user : nullptr, end);
    if (auto committed = context.commit(std::move(batch), durability); !committed) return std::move(committed).error();
    if (result.newly_ended) context.counters.add(Counter::families_ended);
    return result;
}

Result<RevokeResult> revoke_all_user_tokens(Context& context, const UserId& user, Counting counting,
                                            Durability durability) {
    const auto guard = context.locks.lock({context.stripe(user)});
    const auto now_us = context.clock.now_us();
    RevokeResult result;
    result.newly_ended = true;
    if (counting == Counting::exact) {
        auto user_end = context.database.get_user_end(user);
        if (!user_end) return std::move(user_end).error();
        auto live = count_live_of_user(context.database, user, *user_end, now_us);
        if (!live) return std::move(live).error();
        result.live_ended = *live;
    }
    // Taken under the user's lock: every token issued before has a smaller stamp, every later one a greater.
    auto stamp_us = context.bounds.next_stamp(now_us);
    if (!stamp_us) return std::move(stamp_us).error();
    storage::Batch batch(context.database);
    batch.put_user_end(user, {now_us, keep_until_us(last_expiry_us(context, now_us)), *stamp_us});
    if (auto committed = context.commit(std::move(batch), durability); !committed) return std::move(committed).error();
    context.counters.add(Counter::users_ended);
    return result;
}

}  // namespace tokenstore::operations
