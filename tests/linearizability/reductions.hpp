// What can be left out of a history without making a violation of what is none.
//
// Leaving out a call can by itself make the rest impossible: without the rotation nobody understands the replay. So
// only that goes which no other call of a linearizable history depends on:
//   - all that began after some return, and the certainty of what was under way then;
//   - calls that changed nothing, by their answers or because somebody had done the same before;
//   - a family with its tokens, or a chain: a created token with all that was rotated from it;
//   - the first token of a chain, if nobody asks for it: then the login stored the second.
// Counts of ends depend on nearly everything, and are not compared any more where something goes that they may include.
#pragma once

#include <vector>

#include "linearizability/history.hpp"

namespace tokenstore::test {

/// The histories that are one step shorter, most promising first. Each is linearizable if the given one is.
[[nodiscard]] std::vector<History> reductions_of(const History& history);

}  // namespace tokenstore::test
