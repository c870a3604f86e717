// Looking into a store without owning it: for the inspect tool, metrics and tests.
//
// A reader writes nothing, takes no lock, and works beside the process that owns the store. It shows the moment at
// which it was opened: never authorise a request from a reader.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <tokenstore/error.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/options.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/statistics.hpp>
#include <tokenstore/token.hpp>

namespace tokenstore {

/// A view of a store as of the moment it was opened. One thread at a time.
///
/// Every verdict is for the moment `as_of_us` (UTC microseconds since the epoch), which moves expiry alone: ends and
/// rotations count as they stand. Errors that any call can answer: corrupt, io_error; closed once it was moved from,
/// and forked in a child of the process that opened it. What `visit` of for_each_token throws ends the process.
class StoreReader {
public:
    /// Errors: store_missing, not_a_store, newer_format, older_format, read_only_directory (no right to read it),
    /// log_damaged, corrupt, io_error, busy.
    [[nodiscard]] static Result<StoreReader> open(const std::filesystem::path& directory,
                                                  const ReaderOptions& options = {}) noexcept;

    StoreReader(StoreReader&&) noexcept;
    StoreReader& operator=(StoreReader&&) noexcept;
    StoreReader(const StoreReader&) = delete;
    StoreReader& operator=(const StoreReader&) = delete;
    ~StoreReader();

    [[nodiscard]] Result<std::optional<JudgedToken>> get_by_hash(const TokenHash& hash, std::int64_t as_of_us) const;

    /// As TokenStore::get_user_active_sessions.
    [[nodiscard]] Result<SessionPage> get_user_active_sessions(const UserId& user, std::int64_t as_of_us,
                                                               const SessionPageRequest& page = {}) const;

    /// Calls `visit` for every token in the order of hashes, until it answers false. The reference is valid during the
    /// call only. Memory does not grow with the store. Answers how many tokens were visited.
    [[nodiscard]] Result<std::uint64_t> for_each_token(std::int64_t as_of_us,
                                                       const std::function<bool(const JudgedToken&)>& visit) const;

    /// Counts the whole store. Users and families are those with an index entry, that is with a token that was
    /// not rotated away, live or not.
    [[nodiscard]] Result<TokenCounts> count(std::int64_t as_of_us) const;

private:
    class Impl;
    explicit StoreReader(std::unique_ptr<Impl> impl) noexcept;

    std::unique_ptr<Impl> impl_;
};

}  // namespace tokenstore
