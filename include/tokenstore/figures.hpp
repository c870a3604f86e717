// What a store consists of, in figures: for operators and metrics. Readings of one view of a store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/walk.hpp>

namespace tokenstore {

/// One level of one column family.
struct LevelFigures {
    std::string_view column_family;  ///< a name that lives for the whole program
    int level = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;    ///< with those that were overwritten or deleted since
    std::uint64_t deletions = 0;  ///< of them
};

/// An option of the engine, as its owner last opened the store with it.
struct EngineOption {
    std::string section;  ///< such as `DBOptions`, or `CFOptions "tokens"` for a column family
    std::string name;
    std::string value;
};

/// What the engine and the store's own records tell without reading the tokens.
struct StoreFigures {
    std::int64_t format = 0;
    std::uint64_t sequence = 0;                            ///< of the last change that the view holds
    std::optional<std::int64_t> clock_mark_us = {};        ///< the store's time, persisted about once a minute
    std::optional<std::uint64_t> rotations_in_doubt = {};  ///< whose end is not known since a failure of the disk
    std::uint64_t estimated_tokens = 0;                    ///< the engine's estimate
    std::vector<LevelFigures> levels;                      ///< those that hold files
    std::uint64_t table_bytes = 0;                         ///< table files in use
    std::uint64_t log_bytes = 0;                           ///< write-ahead logs
    std::uint64_t other_bytes = 0;               ///< the rest of the directory, with files that are about to go
    std::uint64_t pending_compaction_bytes = 0;  ///< the engine's estimate of what it has to rewrite
    std::uint64_t free_disk_bytes = 0;           ///< for whoever owns the store, on its file system
    bool met_damage = false;                     ///< some of the above is absent since it could not be read
};

/// Records of one kind: keys and values as they are stored, without what the engine adds.
struct KindFigures {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::uint64_t expired_records = 0;  ///< of them, what waits to be reclaimed
    std::uint64_t expired_bytes = 0;
};

struct MeasureRequest {
    std::int64_t as_of_us = 0;  ///< the moment that expiry is judged for

    /// A store with more tokens is judged by so many of them: the first ones in the order of hashes, which is a fair
    /// sample, scaled up. 0: all are read.
    std::uint64_t sample_tokens = 0;

    OnDamage on_damage = OnDamage::stop;

    /// Called now and then with the number of records read so far and an estimate of how many there are to read; ends
    /// the measuring by answering false, with the sums as they are by then.
    std::function<bool(std::uint64_t done, std::uint64_t estimated_total)> on_progress = nullptr;
};

/// Tokens by their state at a moment, and the records that go with them. Of the latter, what was not read is absent:
/// the ends where there is a sample, and what lies in a part of the store that damage kept from being read through.
struct RecordFigures {
    bool is_estimate = false;  ///< scaled up from a sample
    WalkedTokens walked;       ///< the tokens that were read, and the damage that was met, in records of any kind
    KindFigures live;
    KindFigures consumed;
    KindFigures revoked;
    KindFigures expired;  ///< neither revoked nor consumed before
    std::optional<KindFigures> family_entries = {};
    std::optional<KindFigures> user_entries = {};
    std::optional<KindFigures> family_ends = {};
    std::optional<KindFigures> user_ends = {};
    std::optional<KindFigures> listed_ends = {};  ///< the notes of families' ends under their users
    std::optional<std::int64_t> oldest_created_us = {};
    std::optional<std::int64_t> newest_created_us = {};
};

}  // namespace tokenstore
