// Figures about an open store.
#pragma once

#include <cstdint>

namespace tokenstore {

/// Counters start at 0 when the store is opened and only grow; gauges are readings of the moment. Each figure is exact
/// by itself; the set is no snapshot.
struct Statistics {
    // Counters: what calls answered.
    std::uint64_t created = 0;
    std::uint64_t lookups_valid = 0;          ///< validate and get_valid_by_hash, of one or many: usable
    std::uint64_t lookups_refused = 0;        ///< the same: stored but not usable
    std::uint64_t lookups_unknown = 0;        ///< the same: not stored
    std::uint64_t validity_cache_misses = 0;  ///< tokens of validate calls that the engine had to answer for
    std::uint64_t rotated = 0;
    std::uint64_t reuse_detected = 0;     ///< the alarm: presented tokens that had been consumed
    std::uint64_t rotations_refused = 0;  ///< not_found, revoked, expired and already_exists
    std::uint64_t tokens_revoked = 0;
    std::uint64_t families_ended = 0;
    std::uint64_t users_ended = 0;
    std::uint64_t cleaned_up = 0;          ///< tokens removed by cleanup_expired
    std::uint64_t failed_writes = 0;       ///< batches that the engine failed to write, or refused after such a failure
    std::uint64_t failed_maintenance = 0;  ///< rounds of the store's own thread that answered an error

    // Counters: the TTL compaction filter. They count records of all kinds and include work of compactions that were
    // redone: a metric, not an account.
    std::uint64_t reclaimed_tokens = 0;
    std::uint64_t reclaimed_other_records = 0;   ///< index entries and revocation records
    std::uint64_t undecodable_records_kept = 0;  ///< unparsable values met in a compaction, and kept

    // Gauges.
    std::int64_t now_us = 0;             ///< the moment that decisions are made for
    std::int64_t reclaim_cutoff_us = 0;  ///< nothing that expires later is reclaimed
    bool clock_doubted = false;  ///< the clock runs further ahead than is believed: reclaiming lags behind it until
                                 ///< it proves right; see trust_clock()
    std::uint64_t estimated_tokens = 0;  ///< an estimate of the engine's
    std::uint64_t disk_bytes = 0;        ///< table files in use
    std::uint64_t memtable_bytes = 0;
    std::uint64_t block_cache_bytes = 0;
    std::uint64_t table_reader_bytes = 0;  ///< filters and indexes held outside the block cache
    std::uint64_t pending_compaction_bytes = 0;
};

/// What a whole store holds, judged at one moment. A token can be in several of the last three counts.
struct TokenCounts {
    std::uint64_t tokens = 0;
    std::uint64_t users = 0;
    std::uint64_t families = 0;
    std::uint64_t live = 0;
    std::uint64_t revoked = 0;   ///< it, its family or its user was ended
    std::uint64_t consumed = 0;  ///< rotated away
    std::uint64_t expired = 0;   ///< expires_at <= the moment
};

}  // namespace tokenstore
