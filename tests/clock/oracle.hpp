// What the store promises about time, stated without the store: which tokens have to be there, which have to be
// accepted, which must not be, whatever the clocks did. Knows the true time and what was answered so far.
//
// Each check_*() is given the answer of one call and the moment of it. It throws BrokenPromise where the answer is not
// one that the documentation allows, and remembers what the answer has changed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <tokenstore/outcomes.hpp>
#include <tokenstore/statistics.hpp>
#include <tokenstore/token_store.hpp>

#include "clock/believed_time.hpp"
#include "clock/schedule.hpp"

namespace tokenstore::test {

enum class Finding {
    live_token_lost,      ///< a token that nothing allows to be removed is not there
    dead_token_accepted,  ///< an expired or ended token is taken for usable
    other,
};

class BrokenPromise : public std::runtime_error {
public:
    BrokenPromise(Finding finding, const std::string& what) : std::runtime_error(what), finding_(finding) {}

    [[nodiscard]] Finding finding() const noexcept { return finding_; }

private:
    Finding finding_;
};

class Oracle {
public:
    Oracle(const TimeOptions& options, const Moment& first_open);

    // ---- The store and its time ------------------------------------------------------------------------------------

    /// Whether a look-up may not notice that time went by; a round of upkeep would.
    [[nodiscard]] bool can_miss(const Moment& now) const noexcept { return time_.can_miss(now); }

    /// The store was asked something.
    void looked(const Moment& now);

    /// It did a round of upkeep, or was compacted or closed: its time is on disk, and the filters may go by it.
    void noted(const Moment& now);

    void reopened(const Moment& now);

    /// `now` is a moment with a wall clock that is right.
    void trusted(const Moment& now);

    // ---- Answers ---------------------------------------------------------------------------------------------------

    void check_create(const NewToken& request, const Moment& now, const Result<Token>& answer);
    void check_rotate(const TokenHash& presented, const Successor& request, const Moment& now,
                      const Result<RotateResult>& answer);
    void check_revoke_token(const TokenHash& hash, const Moment& now, const Result<RevokeTokenOutcome>& answer);
    void check_revoke_family(const FamilyId& family, const Moment& now, const Result<RevokeResult>& answer);
    void check_revoke_user(const UserId& user, const Moment& now, const Result<RevokeResult>& answer);
    void check_clean_up(const Moment& now, const Result<std::uint64_t>& answer);
    void check_get(const TokenHash& hash, const Moment& now, const Result<std::optional<JudgedToken>>& answer);
    void check_get_valid(const TokenHash& hash, const Moment& now, const Result<std::optional<Token>>& answer);

    /// What is remembered against what is stored, at one moment.
    static void check_validate(const Result<std::optional<ValidToken>>& answer,
                               const Result<std::optional<Token>>& stored);
    void check_sessions(const UserId& user, const Moment& now, const Result<SessionPage>& answer);
    void check_statistics(const Moment& now, const Result<Statistics>& answer);
    /// After a round of upkeep: whether the clock is doubted is as of the last look.
    void check_doubt(const Moment& now, const Result<Statistics>& answer) const;

    // ---- What is known ---------------------------------------------------------------------------------------------

    /// A token that was stored once, as the oracle sees it.
    struct KnownToken {
        UserId user;
        FamilyId family;
        std::int64_t expires_at_us = 0;
        std::int64_t issue_stamp_us = 0;
        bool revoked = false;
        bool consumed = false;
        /// Ended with its family or user, by an end that is kept so long.
        std::optional<std::int64_t> ended_until_us = std::nullopt;

        // Within what is promised, but not what a right clock would have given.
        bool gone_while_live = false;
        bool accepted_while_expired = false;

        [[nodiscard]] bool is_dead() const noexcept { return revoked || consumed || ended_until_us; }
        [[nodiscard]] bool may_be_valid(const Range& verdicts) const noexcept {
            return !is_dead() && expires_at_us > verdicts.earliest_us;
        }
    };

    [[nodiscard]] const std::map<TokenHash, KnownToken>& tokens() const noexcept { return tokens_; }

    /// The moment, by the clocks and by what the store can believe: for the report of a finding.
    [[nodiscard]] std::string describe(const Moment& now) const;

private:
    [[nodiscard]] bool may_be_gone(const KnownToken& token) const noexcept;
    [[nodiscard]] bool must_be_valid(const KnownToken& token, const Range& verdicts) const noexcept;
    /// Whether a verdict of `revoked` is due as long as the record is there.
    [[nodiscard]] bool must_be_revoked(const KnownToken& token) const noexcept;

    void check_missing(KnownToken& token, const Moment& now);
    void check_expiry_accepted(std::int64_t expires_at_us, const Range& verdicts) const;
    void check_expiry_refused(std::int64_t expires_at_us, const Range& verdicts) const;
    void remember(const Token& stored);

    /// Marks what the end covers, and compares how many live tokens it is said to have ended.
    template <class Covered>
    void end(const Covered& covered, const Range& verdicts, std::int64_t keep_until_us, std::uint64_t answered_live);
    void end_family(const FamilyId& family, const Range& verdicts, std::uint64_t answered_live);
    [[nodiscard]] std::int64_t end_kept_until_us(const Range& verdicts) const noexcept;

    TimeOptions options_;
    BelievedTime time_;
    std::int64_t last_look_steady_us_;
    std::int64_t allowed_ahead_us_ = 0;    // of the true time
    std::int64_t reclaimed_until_us_ = 0;  // what expires later was never offered to the filters
    std::int64_t cleaned_until_us_ = 0;    // nor to cleanup_expired
    std::int64_t last_stamp_us_ = 0;
    std::int64_t longest_expiry_us_ = 0;
    std::map<TokenHash, KnownToken> tokens_;
    std::map<FamilyId, std::int64_t> family_ends_;  // until when they are kept
};

}  // namespace tokenstore::test
