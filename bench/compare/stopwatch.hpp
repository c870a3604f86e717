// Time that has passed, by the clock that never jumps.
#pragma once

#include <chrono>
#include <cstdint>

namespace tokenstore::bench {

class Stopwatch {
public:
    [[nodiscard]] std::int64_t nanoseconds() const {
        return std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin_).count();
    }
    [[nodiscard]] double seconds() const { return static_cast<double>(nanoseconds()) / 1e9; }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace tokenstore::bench
