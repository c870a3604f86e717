// Making a history that is not linearizable short enough to read.
#pragma once

#include "linearizability/history.hpp"

namespace tokenstore::test {

/// What reductions leave of it; a violation in its own right.
[[nodiscard]] History shrink(History history);

}  // namespace tokenstore::test
