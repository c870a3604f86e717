// Tells whether something was changed between two moments, or was being changed at one of them.
//
// It only grows, so that equal sums of two readings of several counters tell the same of all of them.
//
// Read the counter first and the thing after it. If the counter still shows the same later, and no change was under
// way, so does the thing.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

namespace tokenstore::base {

class ChangeCounter {
public:
    /// Before the change can be seen. Many may be under way.
    void begin() noexcept { word_.fetch_add(1, std::memory_order_seq_cst); }

    /// When whoever looks from now on sees the change.
    void end() noexcept { word_.fetch_add(done - 1, std::memory_order_release); }

    [[nodiscard]] std::uint64_t read() const noexcept { return word_.load(std::memory_order_acquire); }

    /// Whether a change was under way when this was read.
    [[nodiscard]] static bool under_way(std::uint64_t reading) noexcept { return reading % done != 0; }

private:
    // Below: how many are under way. Above: how many have ended.
    static constexpr std::uint64_t done = std::uint64_t{1} << 20U;

    std::atomic<std::uint64_t> word_{0};
};

}  // namespace tokenstore::base
