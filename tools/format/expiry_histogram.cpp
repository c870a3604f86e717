#include "format/expiry_histogram.hpp"

#include <array>

namespace tokenstore::tool {
namespace {

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::array<std::int64_t, 8> widths_hours = {1, 6, 24, 2 * 24, 7 * 24, 30 * 24, 90 * 24, 365 * 24};

constexpr std::int64_t floor_division(std::int64_t dividend, std::int64_t divisor) noexcept {
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

}  // namespace

void ExpiryHistogram::add(const JudgedToken& judged) {
    // What expires at the very moment has expired: it belongs to the hour that ends then.
    ExpiryBucket& hour = hours_[floor_division(judged.token.expires_at_us - as_of_us_ - 1, hour_us)];
    switch (judged.state) {
        case TokenState::live:
            ++hour.live;
            break;
        case TokenState::expired:
            ++hour.expired;
            break;
        case TokenState::revoked:
        case TokenState::consumed:
            ++hour.ended;
            break;
    }
}

std::vector<ExpiryBucket> ExpiryHistogram::buckets(std::size_t buckets_max) const {
    if (hours_.empty()) return {};
    const std::int64_t first_hour = hours_.begin()->first;
    const std::int64_t last_hour = hours_.rbegin()->first;
    std::int64_t width_hours = 0;
    for (const std::int64_t width : widths_hours) {
        width_hours = width;
        const std::int64_t count = floor_division(last_hour, width) - floor_division(first_hour, width) + 1;
        if (count <= static_cast<std::int64_t>(buckets_max)) break;
    }
    std::vector<ExpiryBucket> buckets;
    const std::int64_t first = floor_division(first_hour, width_hours);
    for (std::int64_t i = first; i <= floor_division(last_hour, width_hours); ++i) {
        const std::int64_t after_us = as_of_us_ + i * width_hours * hour_us;
        buckets.push_back({.after_us = after_us, .up_to_us = after_us + width_hours * hour_us});
    }
    for (const auto& [hour, counted] : hours_) {
        ExpiryBucket& bucket = buckets[static_cast<std::size_t>(floor_division(hour, width_hours) - first)];
        bucket.live += counted.live;
        bucket.ended += counted.ended;
        bucket.expired += counted.expired;
    }
    return buckets;
}

}  // namespace tokenstore::tool
