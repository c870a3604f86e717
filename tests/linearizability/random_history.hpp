// Histories drawn at random, for trying out the checker and what shrinks its findings.
#pragma once

#include <cstddef>

#include "linearizability/history.hpp"
#include "support/dice.hpp"

namespace tokenstore::test {

struct RandomHistoryShape {
    std::size_t calls = 5;
    unsigned tokens = 4;
    unsigned families = 2;
    unsigned users = 2;
    unsigned unknown_percent = 10;    ///< of the calls have an unknown outcome; as many were still under way at the end
    std::uint64_t longest_wait = 30;  ///< from a call's beginning to its effect and on to its return; ten to a call
};

/// A history of calls that took effect one after the other, each at some moment between its beginning and its return;
/// of those without an end some took effect.
[[nodiscard]] History random_linearizable_history(Dice& dice, const RandomHistoryShape& shape);

/// Puts another answer in place of one that is known, or moves its call in time. The history may remain linearizable.
void falsify(Dice& dice, History& history, const RandomHistoryShape& shape);

}  // namespace tokenstore::test
