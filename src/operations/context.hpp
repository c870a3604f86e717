// What every operation works with. Owned by the facade, alive for the whole time the store is open.
#pragma once

#include <cstdint>
#include <utility>

#include "base/lock_stripes.hpp"
#include "codec/keys.hpp"
#include "expiry/bounded_clock.hpp"
#include "operations/counters.hpp"
#include "operations/issue_bounds.hpp"
#include "operations/validity_cache.hpp"
#include "storage/database.hpp"

namespace tokenstore::operations {

struct Context {
    storage::Database& database;
    expiry::BoundedClock& clock;
    IssueBounds& bounds;
    base::LockStripes& locks;
    Counters& counters;
    ValidityCache& validity;
    std::int64_t longest_token_lifetime_us;
    std::int64_t longest_downtime_us;

    /// The stripes of what a mutation touches: user and family always, and the hash of a token that is about to be
    /// made, so that two calls cannot both find it free.
    [[nodiscard]] std::size_t stripe(const UserId& user) const noexcept {
        return locks.stripe_of(codec::id_view(user), 1);
    }
    [[nodiscard]] std::size_t stripe(const FamilyId& family) const noexcept {
        return locks.stripe_of(codec::id_view(family), 2);
    }
    [[nodiscard]] std::size_t stripe(const TokenHash& hash) const noexcept {
        return locks.stripe_of(codec::token_key(hash), 3);
    }

    /// Called with stripes held, so it does not wait out a stall: it answers `busy`, and until_writable() begins the
    /// operation anew.
    [[nodiscard]] Result<void> commit(storage::Batch&& batch, Durability durability) {
        const auto change = validity.begin_change(batch.touched());
        return database.commit(std::move(batch), durability, storage::WhenStalled::give_up);
    }

    /// Runs a mutation; where the engine stalls it, waits without holding any lock and runs it again.
    template <class Mutation>
    auto until_writable(Mutation mutation) -> decltype(mutation()) {
        for (;;) {
            auto answer = mutation();
            if (answer || answer.error().code != ErrorCode::busy) return answer;
            if (auto writable = database.wait_until_writable(); !writable) return std::move(writable).error();
        }
    }
};

}  // namespace tokenstore::operations
