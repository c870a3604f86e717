// Upkeep: keeps the clock's mark and the issue bounds ahead, persists the mark of what was synced, tells the TTL
// filters how far they may go, and compacts what has rested expired for too long.
//
// Threads: all functions, any thread; rounds are done one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include <tokenstore/error.hpp>
#include <tokenstore/options.hpp>

#include "expiry/bounded_clock.hpp"
#include "expiry/reclaim_state.hpp"
#include "operations/issue_bounds.hpp"
#include "storage/database.hpp"

namespace tokenstore::operations {

class Maintenance {
public:
    Maintenance(const Options& options, storage::Database& database, expiry::BoundedClock& clock, IssueBounds& bounds,
                std::shared_ptr<expiry::ReclaimState> reclaim);

    /// One round.
    [[nodiscard]] Result<void> run();

    /// Moves the clock on, persists its mark, and then sets the filters' cutoff by it.
    [[nodiscard]] Result<void> move_on(Durability durability);

    /// Compacts everything, by a cutoff of this moment.
    [[nodiscard]] Result<void> compact();

    /// Takes the wall clock's word, and then as above.
    [[nodiscard]] Result<void> trust_clock();

private:
    [[nodiscard]] Result<void> move_cutoff(Durability durability);
    [[nodiscard]] Result<void> reclaim_when_due();
    [[nodiscard]] Result<void> reclaim_ends();

    bool reclaims_;
    std::int64_t grace_us_;
    std::int64_t interval_us_;
    storage::Database& database_;
    expiry::BoundedClock& clock_;
    IssueBounds& bounds_;
    std::shared_ptr<expiry::ReclaimState> reclaim_;
    std::mutex moving_;                 // held while clock, marks and cutoffs are moved on: not for long
    std::mutex round_;                  // held while space is reclaimed; taken before moving_
    std::int64_t last_reclaim_due_us_;  // guarded by round_
};

}  // namespace tokenstore::operations
