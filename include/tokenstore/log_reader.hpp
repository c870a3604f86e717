// The write-ahead log of a store as operations: what was done last, read beside the process that owns the store.
//
// The log holds what has not been brought into table files since, and all column families alike. Nothing in it tells
// the time of a change but the change itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <tokenstore/error.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/token.hpp>

namespace tokenstore {

/// What one call, or one step of a longer one, has written. The names are stable.
enum class LogOperationKind {
    stored,          ///< a token, by create_token or import_tokens
    rotated,         ///< a token was consumed, its successor stored
    revoked,         ///< a token was ended, or stored as such by import_tokens
    rewritten,       ///< a token's record was written again as it was
    family_ended,    ///< for good
    user_ended,      ///< up to that moment
    removed,         ///< expired tokens, by cleanup_expired
    index_repaired,  ///< index entries alone
    upkeep,          ///< the store's own records: its time, its bounds, its syncs
    undecodable,     ///< bytes that are no record of ours
    lost,            ///< changes that this reader did not see: their log was dropped before it was read
};

[[nodiscard]] std::string_view name(LogOperationKind kind) noexcept;

struct LogOperation {
    LogOperationKind kind = LogOperationKind::upkeep;
    std::uint64_t sequence = 0;                        ///< the number of its first change
    std::uint64_t count = 1;                           ///< of tokens, entries or records that it is about
    std::uint64_t log = 0;                             ///< the number of the log that it stands in
    bool synced = false;                               ///< its caller waited for a sync
    std::optional<std::int64_t> at_us = std::nullopt;  ///< where its records tell
    std::optional<TokenHash> token_hash = std::nullopt;
    std::optional<TokenHash> successor = std::nullopt;
    std::optional<FamilyId> family_id = std::nullopt;
    std::optional<UserId> user_id = std::nullopt;
    std::optional<RevocationReason> reason = std::nullopt;
};

/// Reads the log of one store on and on. One thread at a time.
class LogReader {
public:
    /// Nothing is read yet.
    explicit LogReader(std::filesystem::path directory, std::uint64_t behind_sequence = 0)
        : directory_(std::move(directory)), last_sequence_(behind_sequence) {}

    /// Calls `visit` for each operation behind the last one that was visited, in their order, until it answers false.
    /// What an owner is just writing is left for the next call. Answers how many were visited.
    ///
    /// Errors: store_missing, not_a_store; log_damaged, naming the place, where the log is not whole before its end;
    /// corrupt where the manifest is damaged; io_error, read_only_directory.
    [[nodiscard]] Result<std::uint64_t> read(const std::function<bool(const LogOperation&)>& visit) noexcept;

private:
    std::filesystem::path directory_;
    std::uint64_t last_sequence_;
    bool has_read_ = false;
    std::map<std::uint64_t, std::uint64_t> read_bytes_;  // of each log, as far as it was read
};

}  // namespace tokenstore
