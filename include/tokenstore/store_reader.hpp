// Looking into a store without owning it: for the inspect tool, metrics and tests.
//
// A reader writes nothing, takes no lock, and works beside the process that owns the store. It shows the moment at
// which it was opened: never authorise a request from a reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <tokenstore/error.hpp>
#include <tokenstore/figures.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/options.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/statistics.hpp>
#include <tokenstore/token.hpp>
#include <tokenstore/verification.hpp>
#include <tokenstore/walk.hpp>

namespace tokenstore {

/// Which state of its store a reader shows.
struct ViewMoment {
    std::int64_t opened_at_us = 0;  ///< all that had been written by then is in it
    std::uint64_t sequence = 0;     ///< the number of the last change in it; it grows with every change to the store
};

/// A view of a store as of the moment it was opened. One thread at a time.
///
/// Every verdict is for the moment `as_of_us` (UTC microseconds since the epoch), which moves expiry alone: ends and
/// rotations count as they stand. Errors that any call can answer: corrupt, io_error; closed once it was moved from,
/// and forked in a child of the process that opened it. What a `visit` throws ends the process.
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

    [[nodiscard]] Result<ViewMoment> moment() const;

    [[nodiscard]] Result<std::optional<JudgedToken>> get_by_hash(const TokenHash& hash, std::int64_t as_of_us) const;

    /// As TokenStore::get_user_active_sessions.
    [[nodiscard]] Result<SessionPage> get_user_active_sessions(const UserId& user, std::int64_t as_of_us,
                                                               const SessionPageRequest& page = {}) const;

    /// Calls `visit` for every token in the order of hashes, until it answers false. The reference is valid during the
    /// call only. Memory does not grow with the store. Answers how many tokens were visited.
    [[nodiscard]] Result<std::uint64_t> for_each_token(std::int64_t as_of_us,
                                                       const std::function<bool(const JudgedToken&)>& visit) const;

    /// As for_each_token, from a hash on, and behind damage if so wanted. By `from` a walk goes on where another ended.
    [[nodiscard]] Result<WalkedTokens> walk_tokens(const TokenWalk& walk,
                                                   const std::function<bool(const JudgedToken&)>& visit) const;

    /// Calls `visit` for the tokens of a family, chain by chain in the order of login, each chain from its newest token
    /// back, until it answers false. A chain ends where an earlier token is not stored any more. Nothing if the family
    /// is unknown: no token of it is stored, and it was not ended. Takes as long as the user has logins; memory grows
    /// with the number of chains only.
    [[nodiscard]] Result<std::optional<WalkedFamily>> walk_family(
        const FamilyId& family, std::int64_t as_of_us, const std::function<bool(const JudgedToken&)>& visit) const;

    /// The size of a token's record in the store, without its key and its index entries.
    [[nodiscard]] static std::size_t record_bytes(const Token& token);

    /// Counts the whole store. Users and families are those with an index entry, that is with a token that was
    /// not rotated away, live or not.
    [[nodiscard]] Result<TokenCounts> count(std::int64_t as_of_us) const;

    /// How many users, or families, have an index entry: as in count().
    [[nodiscard]] Result<std::uint64_t> count_users() const;
    [[nodiscard]] Result<std::uint64_t> count_families() const;

    /// What the store takes up and what its own records say. Reads no token.
    [[nodiscard]] Result<StoreFigures> figures(OnDamage on_damage = OnDamage::stop) const;

    /// The engine's options, in their order; nothing where the engine has left no note of them.
    [[nodiscard]] Result<std::vector<EngineOption>> engine_options() const;

    /// Reads all records, or a sample of them, and sums them up by kind and state.
    [[nodiscard]] Result<RecordFigures> measure(const MeasureRequest& request) const;

    /// Checks the store, and calls `visit` for each finding until it answers false. What the reclaiming of expired
    /// records leaves is no finding. Damage is a finding; errors are failures of the system, such as io_error.
    [[nodiscard]] Result<VerifySummary> verify(const VerifyRequest& request,
                                               const std::function<bool(const Finding&)>& visit) const;

private:
    class Impl;
    explicit StoreReader(std::unique_ptr<Impl> impl) noexcept;

    std::unique_ptr<Impl> impl_;
};

}  // namespace tokenstore
