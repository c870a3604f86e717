// Latencies counted with three significant digits, in the form of HdrHistogram (whose C library Debian 12 lacks): each
// power of two is cut into 1,024 equal parts. Recording is an addition; histograms of several threads add up.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tokenstore::bench {

class LatencyHistogram {
public:
    void record(std::int64_t latency_ns) {
        const auto value =
            std::clamp<std::uint64_t>(latency_ns < 0 ? 0 : static_cast<std::uint64_t>(latency_ns), 0, top);
        ++counts_[slot_of(value)];
        ++total_;
        max_ns_ = std::max(max_ns_, value);
    }

    void add(const LatencyHistogram& other) {
        for (std::size_t slot = 0; slot < counts_.size(); ++slot) counts_[slot] += other.counts_[slot];
        total_ += other.total_;
        max_ns_ = std::max(max_ns_, other.max_ns_);
    }

    [[nodiscard]] std::uint64_t count() const { return total_; }
    [[nodiscard]] double max_us() const { return static_cast<double>(max_ns_) / 1e3; }

    /// The latency that the given part of all stays at or below; 0 if nothing was recorded.
    [[nodiscard]] double quantile_us(double part) const {
        const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(total_)));
        std::uint64_t seen = 0;
        for (std::size_t slot = 0; slot < counts_.size(); ++slot) {
            seen += counts_[slot];
            if (seen > 0 && seen >= wanted) return static_cast<double>(std::min(upper_end(slot), max_ns_)) / 1e3;
        }
        return 0;
    }

private:
    static constexpr unsigned precision_bits = 10;
    static constexpr unsigned top_bits = 40;  // eighteen minutes
    static constexpr std::uint64_t top = (std::uint64_t{1} << top_bits) - 1;

    /// Values below 2^11 have a slot each; above, 2^10 slots share a power of two.
    [[nodiscard]] static std::size_t slot_of(std::uint64_t value) {
        const auto width = static_cast<unsigned>(std::bit_width(value));
        const auto shift = width > precision_bits + 1 ? width - (precision_bits + 1) : 0;
        return (std::size_t{shift} << precision_bits) + (value >> shift);
    }
    [[nodiscard]] static std::uint64_t upper_end(std::size_t slot) {
        const auto shift = slot < (std::size_t{2} << precision_bits) ? 0 : (slot >> precision_bits) - 1;
        return ((slot - (shift << precision_bits) + 1) << shift) - 1;
    }

    std::vector<std::uint64_t> counts_ =
        std::vector<std::uint64_t>(std::size_t{top_bits - precision_bits + 1} << precision_bits);
    std::uint64_t total_ = 0;
    std::uint64_t max_ns_ = 0;
};

}  // namespace tokenstore::bench
