// One round of threads that do everything to one user at once, and what must hold of it whatever the order was.
//
// Every call is recorded with tickets drawn before and after it. Afterwards the records are gone through:
//   - nothing succeeds on a token in a call that began after a call that ended it had returned;
//   - each token is rotated once at most, and its record names the successor of the one that won;
//   - the live tokens that the calls say they ended are the tokens that were ended, none counted twice;
//   - what nobody ended lives, and is listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "support/race_store.hpp"

namespace tokenstore::test {

struct MixedRoundPlan {
    std::size_t threads = 2;
    std::size_t calls_per_thread = 8;
    std::size_t families = 1;
    std::size_t chains_per_family = 2;

    // How often each call is made, relative to the others.
    unsigned create = 10;
    unsigned rotate = 30;
    unsigned revoke_token = 5;
    unsigned revoke_family = 2;
    unsigned revoke_user = 2;
    unsigned get_valid = 20;
    unsigned get_valid_many = 5;
    unsigned get = 10;
    unsigned sessions = 10;
};

/// Runs the round numbered `round` of a store; rounds of different numbers share nothing. Answers what does not hold,
/// one line each; empty if all is well.
[[nodiscard]] std::string run_mixed_round(RaceStore& race, const MixedRoundPlan& plan, std::uint64_t round,
                                          std::uint64_t seed);

}  // namespace tokenstore::test
