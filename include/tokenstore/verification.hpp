// Verifying a store: what is asked, what can be found wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/ids.hpp>

namespace tokenstore {

/// One thing that is wrong in a store. The names are stable: they may be logged and compared.
enum class FindingKind {
    // Damage: what stands there cannot be read.
    damaged_file,        ///< a table file does not match its checksums, or cannot be read to its end
    unreadable_part,     ///< reading a column family through ended at damage: what is behind was not looked at
    undecodable_record,  ///< a stored value or key that is none of ours

    // Disagreement: each record can be read, and they do not fit together.
    missing_entry,        ///< the tip of a chain has no entry in an index: it is missing from listings and counts
    differing_entry,      ///< an index entry says something else than its token's record
    orphan_entry,         ///< an index entry stands for no token
    two_tips,             ///< a chain has two tokens that were not rotated away
    two_users,            ///< tokens of one family belong to two users
    broken_rotation,      ///< consumed without a successor, or the other way round
    broken_lineage,       ///< predecessor and successor do not name each other, or differ in chain or moment
    end_not_listed,       ///< the end of a family and its note under the user disagree: listings are wrong
    end_kept_too_short,   ///< the end of a family or user would be dropped before a token that it covers
    expiry_beyond_bound,  ///< a token expires later than the store says that any does
};

[[nodiscard]] std::string_view name(FindingKind kind) noexcept;

/// Whether what was found is damage, so that something could not be checked.
[[nodiscard]] bool is_damage(FindingKind kind) noexcept;

struct Finding {
    FindingKind kind = FindingKind::damaged_file;
    std::string_view column_family;                            ///< where; a name that lives for the whole program
    std::string detail;                                        ///< one sentence without hashes and ids
    std::optional<std::string> file = std::nullopt;            ///< its name in the store's directory
    std::optional<TokenHash> token_hash = std::nullopt;        ///< the token that is concerned
    std::optional<TokenHash> other_token_hash = std::nullopt;  ///< the one that it does not fit to
    std::optional<TokenId> chain_id = std::nullopt;
    std::optional<FamilyId> family_id = std::nullopt;
    std::optional<UserId> user_id = std::nullopt;
};

/// Whether TokenStore::repair_indexes() mends it: what is derived from the tokens' records, and can be made anew.
[[nodiscard]] bool is_repairable(const Finding& finding) noexcept;

/// Called now and then with the number of records read so far and an estimate of how many there are to read; ends the
/// reading by answering false.
using VerifyProgress = std::function<bool(std::uint64_t done, std::uint64_t estimated_total)>;

struct VerifyRequest {
    /// Also checks every record against every other, with about 100 bytes of memory for each live token. Without it
    /// every file and every record is checked by itself.
    bool full = false;

    /// What has expired by then, or by the store's own clock, may have been reclaimed: records and index entries apart
    /// from each other, which is no finding. UTC microseconds since the epoch.
    std::int64_t now_us = 0;

    /// Bounds the memory: a store with more tokens is read several times over.
    std::uint64_t tokens_per_pass = 8'000'000;

    VerifyProgress on_progress = nullptr;
};

/// What TokenStore::repair_indexes() did.
struct RepairResult {
    std::uint64_t entries_written = 0;  ///< index entries made anew from a token's record
    std::uint64_t entries_removed = 0;  ///< index entries that stood for no token, or could not be read
    std::uint64_t ends_written = 0;     ///< ends of families, or their notes under the users
    std::uint64_t findings_left = 0;    ///< what cannot be mended from the records
    bool complete = true;               ///< false: damage kept something from being checked
};

/// What was looked at.
struct VerifySummary {
    std::uint64_t files = 0;
    std::uint64_t tokens = 0;
    std::uint64_t index_entries = 0;
    std::uint64_t ends = 0;     ///< of families and users, with their notes under the users
    std::uint64_t numbers = 0;  ///< the store's own records
    std::uint64_t findings = 0;
    bool complete = true;  ///< false: damage kept something from being looked at, or the visitor stopped
};

}  // namespace tokenstore
