// The store's time: the wall clock where it can be believed, and a bound on it that decides what may be deleted.
//
// A delete cannot be undone, and one wrong reading of the wall clock must not delete live tokens. So the bounded time
// runs on the steady clock and merely chases the wall clock: never faster than 61/60 of real time and never slower than
// 59/60. A wall clock that jumps ten years ahead for an hour moves it by one minute. The bounded time never goes back,
// and its persisted mark carries it across restarts.
//
// Verdicts use now_us() = max(wall, bounded): a clock set back does not bring back what had expired, a clock set ahead
// denies for as long as it is wrong and no longer. Reclaiming uses bounded_us(), which is never later than now_us().
//
// Threads: all functions, any thread. now_us() takes no lock unless the wall clock lags or has moved by a second.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include <tokenstore/clock.hpp>

namespace tokenstore::expiry {

class BoundedClock {
public:
    /// `mark_us` is the persisted bounded time, absent in a new store. A wall clock between the mark and the mark plus
    /// `longest_downtime_us` is believed; one behind or further ahead is chased from the mark.
    /// `clock` is borrowed.
    BoundedClock(const Clock& clock, std::optional<std::int64_t> mark_us, std::int64_t longest_downtime_us) noexcept;

    /// The moment to judge by.
    [[nodiscard]] std::int64_t now_us() noexcept;

    /// Moves the bounded time on and answers it.
    std::int64_t advance() noexcept;

    /// The bounded time as of the last advance().
    [[nodiscard]] std::int64_t bounded_us() const noexcept { return bounded_us_.load(std::memory_order_relaxed); }

    /// Whether the wall clock stood more than a minute ahead of the bounded time at the last advance().
    [[nodiscard]] bool doubted() const noexcept { return doubted_.load(std::memory_order_relaxed); }

    /// Takes the wall clock's word: the bounded time jumps to it, ahead or back.
    void trust() noexcept;

private:
    std::int64_t advance_locked() noexcept;

    const Clock& clock_;
    std::mutex mutex_;  // guards last_steady_us_ and writes of the atomics
    std::int64_t last_steady_us_;
    std::atomic<std::int64_t> last_wall_us_{0};
    std::atomic<std::int64_t> bounded_us_;
    std::atomic<bool> doubted_{false};
};

}  // namespace tokenstore::expiry
