// Whether a history is linearizable: whether some order of its calls, in which a call that had returned before another
// began comes before it, explains every answer by the specification.
//
// The search is that of Wing and Gong, with Lowe's memory of the configurations that led nowhere. A call without
// an end has its place in the order anywhere after its beginning, or none.
#pragma once

#include "linearizability/history.hpp"

namespace tokenstore::test {

[[nodiscard]] bool is_linearizable(const History& history);

}  // namespace tokenstore::test
