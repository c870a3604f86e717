// One schedule on a real store, every answer put before the oracle.
#pragma once

#include <cstdint>

#include "clock/oracle.hpp"
#include "clock/schedule.hpp"

namespace tokenstore::test {

struct Tally {
    std::uint64_t jumps = 0;
    std::uint64_t compactions = 0;

    // Within what is promised, but not what a right clock would have given.
    std::uint64_t gone_while_live = 0;
    std::uint64_t accepted_while_expired = 0;

    Tally& operator+=(const Tally& other) noexcept;
};

/// Throws BrokenPromise, with the step and the moment of it, at the first answer that the oracle does not allow.
Tally run_schedule(const Schedule& schedule);

}  // namespace tokenstore::test
