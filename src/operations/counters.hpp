// What the operations count for statistics().
#pragma once

#include <cstddef>

#include "base/sharded_counters.hpp"

namespace tokenstore::operations {

enum class Counter : std::size_t {
    created,
    lookups_valid,
    lookups_refused,
    lookups_unknown,
    missed_valid,  // these three: of validate calls that the cache did not know the answer to
    missed_refused,
    missed_unknown,
    rotated,
    reuse_detected,
    rotations_refused,
    tokens_revoked,
    families_ended,
    users_ended,
    cleaned_up,
    failed_maintenance,
    number_of_counters,
};

using Counters = base::ShardedCounters<Counter, static_cast<std::size_t>(Counter::number_of_counters)>;

}  // namespace tokenstore::operations
