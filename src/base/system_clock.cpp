#include <ctime>

#include <tokenstore/clock.hpp>

namespace tokenstore {

namespace {

std::int64_t read_us(clockid_t which) noexcept {
    timespec now{};
    // Cannot fail: both clocks exist on every Linux that this builds for, and the address is good.
    clock_gettime(which, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

class SystemClock final : public Clock {
public:
    [[nodiscard]] std::int64_t wall_us() const noexcept override { return read_us(CLOCK_REALTIME); }
    [[nodiscard]] std::int64_t steady_us() const noexcept override { return read_us(CLOCK_BOOTTIME); }
};

}  // namespace

const Clock& system_clock() noexcept {
    // Never destroyed: threads and static objects may read the time until the very end.
    static const Clock& clock = *new SystemClock;
    return clock;
}

}  // namespace tokenstore
