// How the tool opens a store as its owner, for the moment of one change.
#pragma once

#include <tokenstore/options.hpp>

namespace tokenstore::tool {

/// A store that exists, without upkeep of its own; with `reclaims_expired` the engine may drop what has expired.
[[nodiscard]] inline Options owner_options(bool reclaims_expired) {
    Options options;
    options.create_if_missing = false;
    options.reclaim_expired = reclaims_expired;
    options.maintenance_interval_ms = 0;
    options.validity_cache_bytes = 0;
    return options;
}

}  // namespace tokenstore::tool
