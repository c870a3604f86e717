// The whole comparison: for each durability class equal answers first, then all rounds of all figures in random order.
#pragma once

#include "compare/settings.hpp"

namespace tokenstore::bench {

/// Writes results.json and environment.json into the folder of the report, and progress to standard error. Throws where
/// participants answer differently and where one of them fails.
void compare(const Settings& settings);

}  // namespace tokenstore::bench
