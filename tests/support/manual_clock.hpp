// A clock that stands still until a test moves it. Any thread may read and move it at any time.
#pragma once

#include <atomic>
#include <cstdint>

#include <tokenstore/clock.hpp>

namespace tokenstore::test {

class ManualClock final : public Clock {
public:
    static constexpr std::int64_t first_wall_us = 1'780'272'000'000'000;  // 2026-06-01T00:00:00Z

    explicit ManualClock(std::int64_t wall_us = first_wall_us) noexcept : wall_us_(wall_us) {}

    [[nodiscard]] std::int64_t wall_us() const noexcept override { return wall_us_.load(); }
    [[nodiscard]] std::int64_t steady_us() const noexcept override { return steady_us_.load(); }

    /// Time passes: both clocks go on.
    void advance_us(std::int64_t by_us) noexcept {
        steady_us_ += by_us;
        wall_us_ += by_us;
    }

    /// Somebody sets the wall clock, ahead or back, and no time passes.
    void jump_us(std::int64_t by_us) noexcept { wall_us_ += by_us; }

    /// The machine is started anew: no time passes, and the steady clock begins again.
    void reboot() noexcept { steady_us_ = first_steady_us; }

private:
    static constexpr std::int64_t first_steady_us = 7'200'000'000;  // a machine that runs since two hours

    std::atomic<std::int64_t> wall_us_;
    std::atomic<std::int64_t> steady_us_{first_steady_us};
};

}  // namespace tokenstore::test
