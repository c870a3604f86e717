// Issue stamps, and two bounds that survive a crash because they are persisted ahead of what they bound.
//
// A stamp orders the issue of a token against the end of its user. It is a microsecond number that only grows within a
// store, whatever the clock does: close to the time, but compared with stamps alone. The persisted bound says that no
// greater stamp was handed out, so stamps after a restart begin above it.
// The longest expiry says how long the end of a family or user has to be kept: until no token it covers can be alive.
//
// Threads: all functions, any thread. Extending a bound is one synced write under a mutex of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include <tokenstore/error.hpp>

#include "storage/database.hpp"

namespace tokenstore::operations {

class IssueBounds {
public:
    /// Reads what the last run persisted. `database` is borrowed.
    [[nodiscard]] static Result<std::unique_ptr<IssueBounds>> load(storage::Database& database);

    /// A stamp greater than all before it, and not less than `now_us`. `busy` while the engine is stalled.
    [[nodiscard]] Result<std::int64_t> next_stamp(std::int64_t now_us);

    /// To be called before a token that expires then is written. `busy` while the engine is stalled.
    [[nodiscard]] Result<void> cover_expiry(std::int64_t expires_at_us);

    /// No stored token expires later.
    [[nodiscard]] std::int64_t longest_expiry_us() const noexcept {
        return longest_expiry_us_.load(std::memory_order_acquire);
    }

    /// Extends the stamp bound while nobody waits for it; waits out a stall.
    [[nodiscard]] Result<void> extend_ahead(std::int64_t now_us);

private:
    IssueBounds(storage::Database& database, std::int64_t stamp_bound_us, std::int64_t longest_expiry_us) noexcept;

    [[nodiscard]] Result<void> extend_stamp_bound(std::int64_t stamp_us);

    storage::Database& database_;
    std::atomic<std::int64_t> last_stamp_us_;
    std::atomic<std::int64_t> stamp_bound_us_;
    std::atomic<std::int64_t> longest_expiry_us_;
    std::mutex extending_;
};

}  // namespace tokenstore::operations
