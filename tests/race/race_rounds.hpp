// How long the tests of this suite are, and how many rounds were made of all of them.
#pragma once

#include <cstdint>

#include "support/test_number.hpp"

namespace tokenstore::test {

/// How many rounds a test makes: as many as TOKENSTORE_RACE_ROUNDS says, `usual` ones without it.
[[nodiscard]] inline std::uint64_t race_rounds(std::uint64_t usual) {
    return test_number("TOKENSTORE_RACE_ROUNDS", usual);
}

/// For the closing line, counted by the thread that runs the tests. A round that does not hold ends its test.
struct RaceTally {
    std::uint64_t rounds = 0;
    std::uint64_t calls_on_one_token = 0;      ///< rotations of one token by many threads at once
    std::uint64_t rotations_against_ends = 0;  ///< rotations of tokens that other threads may be ending
};

[[nodiscard]] inline RaceTally& race_tally() {
    static RaceTally tally;
    return tally;
}

}  // namespace tokenstore::test
