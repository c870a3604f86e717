#include "expiry/bounded_clock.hpp"

#include <algorithm>

namespace tokenstore::expiry {

namespace {

constexpr std::int64_t slew_divisor = 60;
constexpr std::int64_t doubt_us = 60LL * 1'000'000;
constexpr std::int64_t refresh_us = 1'000'000;

std::int64_t starting_point(std::int64_t wall_us, std::optional<std::int64_t> mark_us,
                            std::int64_t longest_downtime_us) noexcept {
    if (!mark_us) return wall_us;
    const bool believable = wall_us >= *mark_us && wall_us - *mark_us <= longest_downtime_us;
    return believable ? wall_us : *mark_us;
}

}  // namespace

BoundedClock::BoundedClock(const Clock& clock, std::optional<std::int64_t> mark_us,
                           std::int64_t longest_downtime_us) noexcept
    : clock_(clock),
      last_steady_us_(clock.steady_us()),
      bounded_us_(starting_point(clock.wall_us(), mark_us, longest_downtime_us)) {
    advance();
}

std::int64_t BoundedClock::now_us() noexcept {
    const auto wall_us = clock_.wall_us();
    if (wall_us < bounded_us()) return std::max(wall_us, advance());
    // Keep the bound close, so that a clock set back later is noticed to the second.
    const auto since_reading_us = wall_us - last_wall_us_.load(std::memory_order_relaxed);
    if (since_reading_us > refresh_us || since_reading_us < 0) {
        if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) return std::max(wall_us, advance_locked());
    }
    return wall_us;
}

std::int64_t BoundedClock::advance() noexcept {
    const std::lock_guard lock(mutex_);
    return advance_locked();
}

std::int64_t BoundedClock::advance_locked() noexcept {
    const auto wall_us = clock_.wall_us();
    const auto steady_us = clock_.steady_us();
    const auto elapsed_us = std::max<std::int64_t>(0, steady_us - last_steady_us_);
    const auto bounded = bounded_us();
    const auto slowest = bounded + elapsed_us - elapsed_us / slew_divisor;
    const auto fastest = bounded + elapsed_us + elapsed_us / slew_divisor;
    const auto next = std::clamp(wall_us, slowest, fastest);
    last_steady_us_ = std::max(steady_us, last_steady_us_);
    last_wall_us_.store(wall_us, std::memory_order_relaxed);
    bounded_us_.store(next, std::memory_order_relaxed);
    doubted_.store(wall_us - next > doubt_us, std::memory_order_relaxed);
    return next;
}

void BoundedClock::trust() noexcept {
    const std::lock_guard lock(mutex_);
    const auto wall_us = clock_.wall_us();
    last_steady_us_ = std::max(clock_.steady_us(), last_steady_us_);
    last_wall_us_.store(wall_us, std::memory_order_relaxed);
    bounded_us_.store(wall_us, std::memory_order_relaxed);
    doubted_.store(false, std::memory_order_relaxed);
}

}  // namespace tokenstore::expiry
