// The definition of linearizability, tried out word by word: every choice of the calls that need not
// have taken effect, in every order. For
// histories of a few calls; it is what the checker is held against.
#pragma once

#include "linearizability/history.hpp"

namespace tokenstore::test {

[[nodiscard]] bool has_explaining_permutation(const History& history);

}  // namespace tokenstore::test
