// What a process that is going to be killed notes about its calls, in memory that outlives it: a file mapped into it
// and into the process that kills it. An entry is noted as intended before the call and as answered after it. What the
// process is told about its end stands there, too.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>

#include <tokenstore/ids.hpp>
#include <tokenstore/options.hpp>

#include "crash/kill_point.hpp"

namespace tokenstore::test {

inline constexpr std::size_t ledger_threads = 3;
inline constexpr std::size_t ledger_entries = 4'096;  // of each thread
inline constexpr std::size_t rows_of_an_import = 3;

enum class LedgerCall : std::uint8_t { create, rotate, revoke_token, revoke_family, revoke_user, import, cleanup };

enum class LedgerProgress : std::uint32_t { none, intended, answered, failed };

struct LedgerEntry {
    LedgerCall call = LedgerCall::create;
    std::uint8_t answer = 0;  ///< the outcome of rotate_token or revoke_token, as a number
    bool synced = false;      ///< it was asked to lose nothing
    UserId user;
    FamilyId family;
    TokenHash subject;                              ///< presented or to be revoked
    std::array<TokenHash, rows_of_an_import> made;  ///< the first by create and rotate, all by import
    std::array<TokenId, rows_of_an_import> ids;     ///< given by the caller to import, by the store else
    std::array<std::int64_t, rows_of_an_import> expires_at_us;
    std::int64_t created_at_us = 0;
    std::int64_t issue_stamp_us = 0;
    std::uint64_t begin = 0;  ///< tickets drawn before and after the call
    std::uint64_t end = 0;
    std::array<char, 160> error{};
    std::atomic<LedgerProgress> progress{LedgerProgress::none};
};

enum class LedgerStage : std::uint32_t { nothing, opening, open, full };

/// What a victim is told about the power.
struct PowerCut {
    std::uint64_t nth_change = 0;  ///< of the disk, at which it goes off, from 1 on; 0: it stays on
    std::uint64_t seed = 0;        ///< of what it makes of the disk
    std::uint64_t boot = 0;        ///< the number of this run of the system
};

/// The mapped memory: all zero at first.
struct LedgerPages {
    KillOrder order;  ///< this and the next are written before the process starts
    PowerCut cut;
    std::atomic<bool> was_at_point{false};
    std::atomic<LedgerStage> stage{LedgerStage::nothing};
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> next_ticket{0};
    std::array<std::array<LedgerEntry, ledger_entries>, ledger_threads> entries;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::is_trivially_destructible_v<LedgerPages>);

class Ledger {
public:
    /// Makes the file, all zero, and maps it. Throws std::system_error.
    [[nodiscard]] static Ledger make(const std::filesystem::path& file);

    /// Maps a file that another process has made. Throws std::system_error.
    [[nodiscard]] static Ledger open(const std::filesystem::path& file);

    Ledger(Ledger&& other) noexcept;
    Ledger& operator=(Ledger&&) = delete;
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    ~Ledger();

    [[nodiscard]] LedgerPages& pages() noexcept { return *pages_; }
    [[nodiscard]] const LedgerPages& pages() const noexcept { return *pages_; }

    /// The entries of one thread that were begun.
    [[nodiscard]] std::span<const LedgerEntry> entries_of(std::size_t thread) const;

private:
    Ledger(const std::filesystem::path& file, int flags);

    LedgerPages* pages_ = nullptr;
};

}  // namespace tokenstore::test
