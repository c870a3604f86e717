// tokenstore stat: a store watched over time, or as metrics for Prometheus.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb stat_verb();

}  // namespace tokenstore::tool
