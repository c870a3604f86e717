// Where the store reads the time. Give your own in tests; nothing in the store reads a clock any other way.
#pragma once

#include <cstdint>

namespace tokenstore {

/// Both functions are called from any thread, at any time while the store is open, and must not throw.
class Clock {
public:
    virtual ~Clock() = default;

    /// UTC microseconds since 1970-01-01. May jump.
    [[nodiscard]] virtual std::int64_t wall_us() const noexcept = 0;

    /// Microseconds since an arbitrary moment; goes on while the machine is suspended and never jumps back.
    [[nodiscard]] virtual std::int64_t steady_us() const noexcept = 0;
};

/// CLOCK_REALTIME and CLOCK_BOOTTIME. Lives for the whole program.
[[nodiscard]] const Clock& system_clock() noexcept;

}  // namespace tokenstore
