// The time that a store believes, worked out from the documentation and from what its clocks showed.
//
// While the store is open its time runs on the steady clock and moves towards the wall clock, by 59/60 of the time that
// went by at the least and by 61/60 at the most. At open it is the wall clock's, if that stands between the mark of the
// last run and `longest_downtime_us` later, and else the mark. Trusting the clock takes the wall clock's word.
//
// How exactly a store rounds, and whether it noted its time oftener than it has to, is not promised. So this is a
// range: the earliest and the latest that the store's time can be.
#pragma once

#include <cstdint>

namespace tokenstore::test {

/// What the clocks show at a moment, and what a right clock would show.
struct Moment {
    std::int64_t true_us = 0;
    std::int64_t wall_us = 0;
    std::int64_t steady_us = 0;
};

struct Range {
    std::int64_t earliest_us = 0;
    std::int64_t latest_us = 0;
};

class BelievedTime {
public:
    /// A new store believes its clock, and notes the time that it begins with.
    BelievedTime(const Moment& first_open, std::int64_t longest_downtime_us);

    /// What the store would believe if it looked at its clocks now.
    [[nodiscard]] Range at(const Moment& moment) const noexcept;

    /// What a verdict of this moment would be for: the wall clock's time, but never less than what is believed.
    [[nodiscard]] Range verdicts_at(const Moment& moment) const noexcept;

    /// Whether a look-up can miss that time went by. A store looks at its steady clock when the wall clock has moved by
    /// more than a second, and with every round of upkeep: a wall clock that stands still is noticed by the latter.
    [[nodiscard]] bool can_miss(const Moment& moment) const noexcept;

    /// The store looked at its clocks.
    void looked(const Moment& moment) noexcept;

    /// It looked, and its time is on disk from now on.
    void noted(const Moment& moment) noexcept;

    /// It was opened, with or without an orderly close before, and noted the time that it begins with.
    void reopened(const Moment& moment) noexcept;

    void trusted(const Moment& moment) noexcept;

private:
    std::int64_t longest_downtime_us_;
    Moment last_look_;
    Range believed_;  // at the last look
    Range mark_;
};

}  // namespace tokenstore::test
