// What the store and its TTL filters share. Held by shared_ptr on both sides: the engine may keep a filter factory
// alive longer than the store. Threads: all members are atomics; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

namespace tokenstore::expiry {

/// No expiry is below it: nothing is reclaimed.
inline constexpr std::int64_t reclaim_nothing = std::numeric_limits<std::int64_t>::min();

/// How far ends may be dropped once tokens were, up to `cutoff_us`: an end outlives every token that it covers, on the
/// disk and not only by its expiry. Otherwise a clock that was believed and turns out to have been wrong could, set
/// right, find a token live again whose end is gone. `earliest_token_expiry_us` is that of the tokens still in table
/// files.
[[nodiscard]] constexpr std::int64_t ends_cutoff(std::int64_t cutoff_us,
                                                 std::optional<std::int64_t> earliest_token_expiry_us) noexcept {
    if (!earliest_token_expiry_us || *earliest_token_expiry_us > cutoff_us) return cutoff_us;
    return *earliest_token_expiry_us == reclaim_nothing ? reclaim_nothing : *earliest_token_expiry_us - 1;
}

struct ReclaimState {
    /// A token or index entry may be dropped when expires_at_us <= cutoff_us. The grace is in it already.
    std::atomic<std::int64_t> cutoff_us{reclaim_nothing};

    /// The greatest that it ever was: somebody may set the time back, and what was dropped stays dropped.
    std::atomic<std::int64_t> greatest_cutoff_us{reclaim_nothing};

    /// The same as cutoff_us for the ends of families and users. It follows behind: see ends_cutoff().
    std::atomic<std::int64_t> ends_cutoff_us{reclaim_nothing};

    std::atomic<std::uint64_t> reclaimed_tokens{0};
    std::atomic<std::uint64_t> reclaimed_other_records{0};
    std::atomic<std::uint64_t> undecodable_records_kept{0};
};

}  // namespace tokenstore::expiry
