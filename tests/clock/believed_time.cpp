#include "clock/believed_time.hpp"

#include <algorithm>
#include <cstdlib>

#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

// A second gains or loses a sixtieth.
constexpr std::int64_t slow = 59;
constexpr std::int64_t fast = 61;
constexpr std::int64_t usual = 60;

constexpr std::int64_t rounded_down(std::int64_t elapsed_us, std::int64_t rate) { return elapsed_us * rate / usual; }
constexpr std::int64_t rounded_up(std::int64_t elapsed_us, std::int64_t rate) {
    return (elapsed_us * rate + usual - 1) / usual;
}

}  // namespace

BelievedTime::BelievedTime(const Moment& first_open, std::int64_t longest_downtime_us)
    : longest_downtime_us_(longest_downtime_us),
      last_look_(first_open),
      believed_{first_open.wall_us, first_open.wall_us},
      mark_(believed_) {}

Range BelievedTime::at(const Moment& moment) const noexcept {
    const auto elapsed_us = moment.steady_us - last_look_.steady_us;
    return {std::clamp(moment.wall_us, believed_.earliest_us + rounded_down(elapsed_us, slow),
                       believed_.earliest_us + rounded_down(elapsed_us, fast)),
            std::clamp(moment.wall_us, believed_.latest_us + rounded_up(elapsed_us, slow),
                       believed_.latest_us + rounded_up(elapsed_us, fast))};
}

Range BelievedTime::verdicts_at(const Moment& moment) const noexcept {
    const auto believed = at(moment);
    return {std::max(moment.wall_us, believed.earliest_us), std::max(moment.wall_us, believed.latest_us)};
}

bool BelievedTime::can_miss(const Moment& moment) const noexcept {
    return moment.steady_us != last_look_.steady_us && std::abs(moment.wall_us - last_look_.wall_us) <= second_us;
}

void BelievedTime::looked(const Moment& moment) noexcept {
    believed_ = at(moment);
    last_look_ = moment;
    // A store is free to note its time at any look.
    mark_.latest_us = std::max(mark_.latest_us, believed_.latest_us);
}

void BelievedTime::noted(const Moment& moment) noexcept {
    looked(moment);
    mark_ = believed_;
}

void BelievedTime::reopened(const Moment& moment) noexcept {
    const auto earliest_believed_mark_us = moment.wall_us - longest_downtime_us_;
    const bool wall_clock_may_be_believed =
        mark_.earliest_us <= moment.wall_us && mark_.latest_us >= earliest_believed_mark_us;
    believed_ = mark_;
    if (wall_clock_may_be_believed) {
        if (mark_.earliest_us >= earliest_believed_mark_us) believed_.earliest_us = moment.wall_us;
        if (mark_.latest_us <= moment.wall_us) believed_.latest_us = moment.wall_us;
    }
    last_look_ = moment;
    mark_ = believed_;
}

void BelievedTime::trusted(const Moment& moment) noexcept {
    believed_ = {moment.wall_us, moment.wall_us};
    last_look_ = moment;
    mark_ = believed_;
}

}  // namespace tokenstore::test
