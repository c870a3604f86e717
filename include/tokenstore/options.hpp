// How a store behaves and how it performs. Plain values; checked as a whole by TokenStore::open.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tokenstore {

class Clock;

/// What an acknowledged write survives; chosen per call, named by what it loses.
enum class Durability {
    lose_nothing,           ///< on disk before the call returns: survives kill -9 and power loss. Concurrent calls
                            ///< share one sync (group commit)
    lose_on_power_failure,  ///< handed to the operating system: survives kill -9, not a power cut or a kernel panic.
                            ///< A later call with lose_nothing, or flush(), makes it safe
};

/// What open() does with a store whose write-ahead log is damaged, or shorter than what was synced.
enum class OnLogDamage {
    refuse,             ///< answers log_damaged, with the file and the place in it
    lose_what_follows,  ///< opens with what stands before the damage. Lost is every change behind it that had not
                        ///< reached a table file: tokens that were revoked or rotated away may be accepted again, and
                        ///< sessions may be gone. Health::lost_writes_at_open tells
};

struct Options {
    // ---- Behaviour -------------------------------------------------------------------------------------------------

    /// Make the store if the directory is missing or empty; otherwise open() answers store_missing.
    bool create_if_missing = true;

    /// No token may expire further ahead than this. Default 400 days. At least one second, at most 100 years.
    std::int64_t longest_token_lifetime_us = 400LL * 24 * 3600 * 1'000'000;

    /// The time; null means system_clock(). Borrowed: must outlive the store.
    const Clock* clock = nullptr;

    /// Whether the TTL compaction filter and maintain() reclaim expired records. With false the store keeps every
    /// record until cleanup_expired: for imports, and where expired rows are wanted for audits.
    bool reclaim_expired = true;

    /// How long past its expiry a record stays before the filter may drop it. Default 5 minutes. Never decides
    /// validity. At least 0.
    std::int64_t reclaim_grace_us = 5LL * 60 * 1'000'000;

    /// Expired bytes leave the disk within reclaim_grace_us plus this plus one maintenance interval, on an idle store
    /// too. Each interval may rewrite the files that hold expired records. Default 24 hours. At least one second.
    std::int64_t reclaim_interval_us = 24LL * 3600 * 1'000'000;

    /// A clock that, at open, stands further ahead of the store's last persisted time than this is not believed for
    /// reclaiming until trust_clock() is called. Default 7 days. At least 0.
    std::int64_t longest_downtime_us = 7LL * 24 * 3600 * 1'000'000;

    /// See OnLogDamage. For one opening by an operator who has read the message, not for a configuration.
    OnLogDamage on_log_damage = OnLogDamage::refuse;

    // ---- Performance -----------------------------------------------------------------------------------------------

    /// Cache of decoded blocks, shared by all column families. Default 256 MiB. The filters and indexes of the files
    /// are held besides it: about 5 bytes per token with its index entries.
    std::size_t block_cache_bytes = 256ULL << 20;

    /// Memory of the validity cache, which answers validate() without the engine. Default 64 MiB, which is room for
    /// half a million tokens, 139 bytes each. Large pages make it fast, so a store of a few hundred tokens takes
    /// most of it, too. 0 turns it off, else at least 64 KiB.
    std::size_t validity_cache_bytes = 64ULL << 20;

    /// Upper bound of the memory of all memtables together. Default 128 MiB. At least 1 MiB. Larger means fewer,
    /// larger flushes and a longer log to replay at open.
    std::size_t write_buffer_bytes = 128ULL << 20;

    /// Threads for flushes and compactions. Default 2. 1 to 64.
    int background_jobs = 2;

    /// How often the store's own thread does maintain(), in milliseconds of real time. Default one minute. 0: no
    /// thread; the host calls maintain() itself.
    std::uint32_t maintenance_interval_ms = 60'000;
};

/// Options of a StoreReader.
struct ReaderOptions {
    /// As Options::on_log_damage: lose_what_follows shows what the log still holds.
    OnLogDamage on_log_damage = OnLogDamage::refuse;

    /// Cache of decoded blocks in bytes. Default 32 MiB.
    std::size_t block_cache_bytes = 32ULL << 20;
};

}  // namespace tokenstore
