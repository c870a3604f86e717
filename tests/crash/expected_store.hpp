// What must be found in a store after the processes that worked on it were killed, by their ledgers.
//
// What a ledger notes as answered is there. What it notes as intended only is there wholly or not at all: the store is
// asked which of the two, and from then on that holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include <tokenstore/token_store.hpp>

#include "crash/findings.hpp"
#include "crash/ledger.hpp"
#include "support/dice.hpp"

namespace tokenstore::test {

/// How the work that a ledger tells of ended.
enum class Ending {
    killed,        ///< what was answered is there
    power_failed,  ///< what was answered as synced is there, with everything before it; the rest in part, without a
                   ///< hole
};

class ExpectedStore {
public:
    /// What is found wrong goes to `findings`.
    explicit ExpectedStore(Findings& findings) : findings_(findings) {}

    /// Takes over what a ledger says, asking the store about what need not be there.
    void take_over(const Ledger& ledger, const TokenStore& store, Ending ending = Ending::killed);

    /// Compares every token with the store; none that was rotated away or ended may be usable.
    void check(const TokenStore& store);

    /// Presents tokens that were rotated away or ended, which are refused: one of each kind if there is one, and
    /// about one in `one_in` of the rest.
    void present_dead_tokens(TokenStore& store, Dice& dice, std::uint64_t one_in);

    [[nodiscard]] std::uint64_t calls_answered() const noexcept { return calls_answered_; }
    [[nodiscard]] std::uint64_t calls_kept() const noexcept { return calls_kept_; }
    [[nodiscard]] std::uint64_t calls_open() const noexcept { return calls_open_; }
    [[nodiscard]] std::uint64_t calls_open_and_done() const noexcept { return calls_open_and_done_; }
    [[nodiscard]] std::uint64_t tokens_presented() const noexcept { return tokens_presented_; }

private:
    struct Expected {
        UserId user;
        FamilyId family;
        std::int64_t expires_at_us = 0;
        std::optional<TokenId> id;                   // unknown for a call that was not answered
        std::optional<std::int64_t> issue_stamp_us;  // likewise
        std::optional<TokenHash> predecessor;
        std::optional<TokenHash> successor;
        bool revoked = false;
        bool user_ended = false;
        bool may_be_retried = false;  // consumed by a rotation whose answer nobody got
        bool was_cleaned_up = false;  // by a call that began after it was made, and returned
        bool must_be_there = false;   // the call that made it is one that is never lost
        std::uint64_t made_by = 0;    // the ticket of the end of the call that made it; 0 if from an earlier process

        [[nodiscard]] bool is_consumed() const { return successor.has_value(); }
    };

    using Lookup = std::optional<JudgedToken>;

    void apply(const LedgerEntry& entry);
    void note_kept(const LedgerEntry& entry);
    void apply_create(const LedgerEntry& entry);
    void apply_rotate(const LedgerEntry& entry);
    void apply_import_row(const LedgerEntry& entry, std::size_t row);
    void apply_user_end(const UserId& user);
    [[nodiscard]] std::size_t count_there(std::span<const LedgerEntry> entries, const TokenStore& store,
                                          std::uint64_t synced_until);
    [[nodiscard]] bool is_seen(const LedgerEntry& entry, const TokenStore& store);
    void take_over(const LedgerEntry& entry, const TokenStore& store, bool is_there, bool must_be_there);
    bool settle(const LedgerEntry& entry, const TokenStore& store);
    [[nodiscard]] bool is_rotated(const LedgerEntry& entry, const TokenStore& store);
    [[nodiscard]] bool is_done(const LedgerEntry& entry, const TokenStore& store);
    void note_cleanups(const Ledger& ledger);
    void check_stamps(const Ledger& ledger);
    void check_token(const TokenHash& hash, const Expected& expected, const Lookup& stored, std::int64_t now_us);
    void check_unusable(const TokenStore& store);
    void present_dead_token(TokenStore& store, const TokenHash& hash, const Expected& expected);

    [[nodiscard]] Lookup look_up(const TokenStore& store, const TokenHash& hash);
    [[nodiscard]] bool is_revoked(const Expected& expected) const;
    [[nodiscard]] bool is_dead(const Expected& expected) const;
    [[nodiscard]] static bool may_be_gone(const Expected& expected, std::int64_t now_us) {
        return expected.expires_at_us <= now_us;
    }
    std::map<TokenHash, Expected> tokens_;
    std::set<FamilyId> ended_families_;
    std::set<UserId> ended_users_;
    std::int64_t last_stamp_us_ = 0;
    std::uint64_t calls_answered_ = 0;
    std::uint64_t calls_kept_ = 0;  // of those that were answered, the ones that must be there
    std::uint64_t calls_open_ = 0;
    std::uint64_t calls_open_and_done_ = 0;
    std::uint64_t tokens_presented_ = 0;
    Findings& findings_;
};

}  // namespace tokenstore::test
