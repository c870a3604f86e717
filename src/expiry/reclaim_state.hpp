// What the store and its TTL filters share. Held by shared_ptr on both sides: the engine may keep a filter factory
// alive longer than the store. Threads: all members are atomics; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace tokenstore::expiry {

/// No expiry is below it: nothing is reclaimed.
inline constexpr std::int64_t reclaim_nothing = std::numeric_limits<std::int64_t>::min();

struct ReclaimState {
    /// A record may be dropped when expires_at_us <= cutoff_us. The grace is in it already.
    std::atomic<std::int64_t> cutoff_us{reclaim_nothing};

    std::atomic<std::uint64_t> reclaimed_tokens{0};
    std::atomic<std::uint64_t> reclaimed_other_records{0};
    std::atomic<std::uint64_t> undecodable_records_kept{0};
};

}  // namespace tokenstore::expiry
