#include "clock/oracle.hpp"

#include <algorithm>
#include <limits>
#include <sstream>
#include <string_view>

#include "support/printers.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

void require(bool holds, const std::string& what, Finding finding = Finding::other) {
    if (!holds) throw BrokenPromise(finding, what);
}

template <class Value>
const Value& value_of(std::string_view call, const Result<Value>& answer) {
    if (!answer) throw BrokenPromise(Finding::other, std::string(call) + " failed: " + answer.error().to_string());
    return *answer;
}

void check_same(const Oracle::KnownToken& known, const Token& answered) {
    require(answered.user_id == known.user && answered.family_id == known.family &&
                answered.expires_at_us == known.expires_at_us && answered.issue_stamp_us == known.issue_stamp_us,
            "a token is answered that differs from the one that was stored");
}

}  // namespace

Oracle::Oracle(const TimeOptions& options, const Moment& first_open)
    : options_(options), time_(first_open, options.longest_downtime_us), last_look_steady_us_(first_open.steady_us) {
    noted(first_open);
}

// ---- The store and its time ----------------------------------------------------------------------------------------

void Oracle::looked(const Moment& now) {
    time_.looked(now);
    // Chasing a wrong clock gains a sixtieth of the time at the most.
    allowed_ahead_us_ += (now.steady_us - last_look_steady_us_) / 60 + 1;
    last_look_steady_us_ = now.steady_us;
}

void Oracle::noted(const Moment& now) {
    looked(now);
    time_.noted(now);
    if (!options_.reclaim_expired) return;
    reclaimed_until_us_ = std::max(reclaimed_until_us_, time_.at(now).latest_us - options_.reclaim_grace_us);
}

void Oracle::reopened(const Moment& now) {
    time_.reopened(now);
    last_look_steady_us_ = now.steady_us;
    // A wrong clock within the longest downtime is believed at open. That is as far ahead as it goes.
    if (time_.at(now).latest_us == now.wall_us) {
        allowed_ahead_us_ = std::max(allowed_ahead_us_, now.wall_us - now.true_us);
    }
    noted(now);
}

void Oracle::trusted(const Moment& now) {
    time_.trusted(now);
    last_look_steady_us_ = now.steady_us;
    allowed_ahead_us_ = 0;
    noted(now);
}

std::string Oracle::describe(const Moment& now) const {
    const auto believed = time_.at(now);
    std::ostringstream text;
    text << "true time " << now.true_us << ", wall clock " << now.wall_us << " (" << std::showpos
         << now.wall_us - now.true_us << "), the store's own " << std::noshowpos << believed.earliest_us << " to "
         << believed.latest_us << " (" << std::showpos << believed.latest_us - now.true_us << "), removed up to "
         << std::noshowpos << std::max(reclaimed_until_us_, cleaned_until_us_);
    return text.str();
}

// ---- The rules -----------------------------------------------------------------------------------------------------

bool Oracle::may_be_gone(const KnownToken& token) const noexcept {
    return token.expires_at_us <= std::max(reclaimed_until_us_, cleaned_until_us_);
}

bool Oracle::must_be_valid(const KnownToken& token, const Range& verdicts) const noexcept {
    return !token.is_dead() && token.expires_at_us > verdicts.latest_us && !may_be_gone(token);
}

bool Oracle::must_be_revoked(const KnownToken& token) const noexcept {
    return token.revoked || (token.ended_until_us && *token.ended_until_us > reclaimed_until_us_);
}

std::int64_t Oracle::end_kept_until_us(const Range& verdicts) const noexcept {
    return std::max(longest_expiry_us_, verdicts.earliest_us + options_.longest_token_lifetime_us) + day_us;
}

void Oracle::check_missing(KnownToken& token, const Moment& now) {
    require(may_be_gone(token), "a token that expires at " + std::to_string(token.expires_at_us) + " is gone",
            Finding::live_token_lost);
    if (token.expires_at_us > now.true_us) token.gone_while_live = true;
}

void Oracle::check_expiry_accepted(std::int64_t expires_at_us, const Range& verdicts) const {
    require(expires_at_us >= 0 && expires_at_us <= verdicts.latest_us + options_.longest_token_lifetime_us,
            "a token was stored that expires too far ahead");
}

void Oracle::check_expiry_refused(std::int64_t expires_at_us, const Range& verdicts) const {
    require(expires_at_us < 0 || expires_at_us > verdicts.earliest_us + options_.longest_token_lifetime_us,
            "an expiry within the longest lifetime was refused");
}

void Oracle::remember(const Token& stored) {
    require(stored.issue_stamp_us > last_stamp_us_, "the issue stamps went back");
    last_stamp_us_ = stored.issue_stamp_us;
    longest_expiry_us_ = std::max(longest_expiry_us_, stored.expires_at_us);
    KnownToken token;
    token.user = stored.user_id;
    token.family = stored.family_id;
    token.expires_at_us = stored.expires_at_us;
    token.issue_stamp_us = stored.issue_stamp_us;
    tokens_.emplace(stored.hash, token);
}

template <class Covered>
void Oracle::end(const Covered& covered, const Range& verdicts, std::int64_t keep_until_us,
                 std::uint64_t answered_live) {
    std::uint64_t certainly_live = 0;
    std::uint64_t possibly_live = 0;
    for (auto& [hash, token] : tokens_) {
        if (!covered(token)) continue;
        if (must_be_valid(token, verdicts)) ++certainly_live;
        if (token.may_be_valid(verdicts)) ++possibly_live;
        token.ended_until_us = std::max(token.ended_until_us.value_or(keep_until_us), keep_until_us);
    }
    require(answered_live >= certainly_live && answered_live <= possibly_live,
            "an end is said to have ended " + std::to_string(answered_live) + " live tokens, expected " +
                std::to_string(certainly_live) + " to " + std::to_string(possibly_live));
}

void Oracle::end_family(const FamilyId& family, const Range& verdicts, std::uint64_t answered_live) {
    const auto of_family = [&](const KnownToken& token) { return token.family == family; };
    // An end that stands is not written anew, and one that does not may have been dropped: the older bound holds.
    const auto standing = family_ends_.try_emplace(family, end_kept_until_us(verdicts)).first;
    end(of_family, verdicts, standing->second, answered_live);
}

// ---- Answers -------------------------------------------------------------------------------------------------------

void Oracle::check_create(const NewToken& request, const Moment& now, const Result<Token>& answer) {
    const auto verdicts = time_.verdicts_at(now);
    looked(now);
    const auto family_end = family_ends_.find(request.family_id);
    if (!answer) {
        if (answer.error().code == ErrorCode::family_ended && family_end != family_ends_.end()) return;
        if (answer.error().code == ErrorCode::expiry_out_of_range) {
            return check_expiry_refused(request.expires_at_us, verdicts);
        }
        static_cast<void>(value_of("create_token", answer));
    }
    check_expiry_accepted(request.expires_at_us, verdicts);
    if (family_end != family_ends_.end()) {
        require(family_end->second <= reclaimed_until_us_, "a token was stored in a family that was ended for good");
        family_ends_.erase(family_end);
    }
    remember(*answer);
    check_same(tokens_.at(request.hash), *answer);
}

void Oracle::check_rotate(const TokenHash& presented, const Successor& request, const Moment& now,
                          const Result<RotateResult>& answer) {
    auto& token = tokens_.at(presented);
    const auto verdicts = time_.verdicts_at(now);
    if (!answer) {
        looked(now);
        if (answer.error().code == ErrorCode::expiry_out_of_range) {
            return check_expiry_refused(request.expires_at_us, verdicts);
        }
    }
    const auto& result = value_of("rotate_token", answer);
    if (result.outcome == RotateOutcome::not_found) return check_missing(token, now);  // without a look at the clock
    looked(now);
    check_expiry_accepted(request.expires_at_us, verdicts);
    switch (result.outcome) {
        case RotateOutcome::rotated:
            require(token.may_be_valid(verdicts), "a dead token was rotated", Finding::dead_token_accepted);
            if (token.expires_at_us <= now.true_us) token.accepted_while_expired = true;
            token.consumed = true;
            return remember(result.successor.value());
        case RotateOutcome::expired:
            require(token.expires_at_us <= verdicts.latest_us, "a live token was answered as expired on its rotation");
            require(!token.consumed && !must_be_revoked(token), "an ended token was answered as expired");
            return;
        case RotateOutcome::reuse_detected:
            require(token.consumed && !must_be_revoked(token), "a token was taken for one that was rotated away");
            return end_family(token.family, verdicts, result.live_tokens_ended);
        case RotateOutcome::revoked:
            require(token.revoked || token.ended_until_us, "a token that nobody ended was answered as revoked");
            return end_family(token.family, verdicts, result.live_tokens_ended);
        case RotateOutcome::not_found:
        case RotateOutcome::already_exists:
            break;
    }
    throw BrokenPromise(Finding::other, "a new successor was answered as stored already");
}

void Oracle::check_revoke_token(const TokenHash& hash, const Moment& now, const Result<RevokeTokenOutcome>& answer) {
    auto& token = tokens_.at(hash);
    switch (value_of("revoke_token", answer)) {
        case RevokeTokenOutcome::not_found:
            return check_missing(token, now);  // without a look at the clock
        case RevokeTokenOutcome::revoked:
            require(!token.consumed && !must_be_revoked(token), "a token that was dead already was revoked");
            token.revoked = true;
            break;
        case RevokeTokenOutcome::already_revoked:
            require(token.revoked || token.ended_until_us, "a token that nobody ended was already revoked");
            break;
        case RevokeTokenOutcome::already_consumed:
            require(token.consumed && !must_be_revoked(token), "a token was taken for one that was rotated away");
            break;
    }
    looked(now);
}

void Oracle::check_revoke_family(const FamilyId& family, const Moment& now, const Result<RevokeResult>& answer) {
    const auto& result = value_of("revoke_family", answer);
    const auto verdicts = time_.verdicts_at(now);
    looked(now);
    const auto standing = family_ends_.find(family);
    require(result.newly_ended || standing != family_ends_.end(), "a family that nobody ended had been ended before");
    if (result.newly_ended && standing != family_ends_.end()) {
        require(standing->second <= reclaimed_until_us_, "a family that was ended for good was ended once more");
        family_ends_.erase(standing);
    }
    end_family(family, verdicts, result.live_ended.value());
}

void Oracle::check_revoke_user(const UserId& user, const Moment& now, const Result<RevokeResult>& answer) {
    const auto& result = value_of("revoke_all_user_tokens", answer);
    const auto verdicts = time_.verdicts_at(now);
    looked(now);
    const auto of_user = [&](const KnownToken& token) { return token.user == user; };
    end(of_user, verdicts, end_kept_until_us(verdicts), result.live_ended.value());
}

void Oracle::check_clean_up(const Moment& now, const Result<std::uint64_t>& answer) {
    const auto removed = value_of("cleanup_expired", answer);
    looked(now);
    const auto believed = time_.at(now);
    const auto expired_at_least = std::ranges::count_if(tokens_, [&](const auto& entry) {
        return entry.second.expires_at_us <= believed.earliest_us && !may_be_gone(entry.second);
    });
    const auto expired_at_most = std::ranges::count_if(
        tokens_, [&](const auto& entry) { return entry.second.expires_at_us <= believed.latest_us; });
    const auto report = "cleanup_expired removed " + std::to_string(removed) + " tokens, expected " +
                        std::to_string(expired_at_least) + " to " + std::to_string(expired_at_most);
    require(removed >= static_cast<std::uint64_t>(expired_at_least), report);
    require(removed <= static_cast<std::uint64_t>(expired_at_most), report, Finding::live_token_lost);
    cleaned_until_us_ = std::max(cleaned_until_us_, believed.latest_us);
}

void Oracle::check_get(const TokenHash& hash, const Moment& now, const Result<std::optional<JudgedToken>>& answer) {
    const auto& found = value_of("get_by_hash", answer);
    auto& token = tokens_.at(hash);
    const auto verdicts = time_.verdicts_at(now);
    looked(now);
    if (!found) return check_missing(token, now);
    check_same(token, found->token);
    const auto expected = [&](bool allowed, const char* what) {
        require(allowed, std::string("a token that ") + what + " is answered as " + std::string(name(found->state)),
                found->state == TokenState::live ? Finding::dead_token_accepted : Finding::other);
    };
    switch (found->state) {
        case TokenState::revoked:
            return expected(token.revoked || token.ended_until_us, "nobody ended");
        case TokenState::consumed:
            expected(!must_be_revoked(token), "was ended");
            return expected(token.consumed, "nobody rotated");
        case TokenState::expired:
            expected(!must_be_revoked(token), "was ended");
            expected(!token.consumed, "was rotated away");
            return expected(token.expires_at_us <= verdicts.latest_us, "has not expired");
        case TokenState::live:
            return expected(token.may_be_valid(verdicts), "is dead");
    }
}

void Oracle::check_validate(const Result<std::optional<ValidToken>>& answer,
                            const Result<std::optional<Token>>& stored) {
    const bool is_valid = value_of("validate", answer).has_value();
    const bool is_stored_valid = value_of("get_valid_by_hash", stored).has_value();
    require(!is_valid || is_stored_valid, "validate accepts what get_valid_by_hash refuses",
            Finding::dead_token_accepted);
    require(is_valid || !is_stored_valid, "validate refuses what get_valid_by_hash accepts", Finding::live_token_lost);
}

void Oracle::check_get_valid(const TokenHash& hash, const Moment& now, const Result<std::optional<Token>>& answer) {
    const auto& found = value_of("get_valid_by_hash", answer);
    auto& token = tokens_.at(hash);
    const auto verdicts = time_.verdicts_at(now);
    looked(now);
    if (!found) {
        return require(!must_be_valid(token, verdicts),
                       "a live token that expires at " + std::to_string(token.expires_at_us) + " is refused",
                       Finding::live_token_lost);
    }
    check_same(token, *found);
    require(!token.is_dead(), "a token that was ended is accepted", Finding::dead_token_accepted);
    require(token.may_be_valid(verdicts),
            "a token that expired at " + std::to_string(token.expires_at_us) + " is accepted",
            Finding::dead_token_accepted);
    if (token.expires_at_us <= now.true_us) token.accepted_while_expired = true;
}

void Oracle::check_sessions(const UserId& user, const Moment& now, const Result<SessionPage>& answer) {
    const auto& page = value_of("get_user_active_sessions", answer);
    const auto verdicts = time_.verdicts_at(now);
    looked(now);
    std::uint64_t listed = 0;
    for (const Token& session : page.sessions) {
        const auto& token = tokens_.at(session.hash);
        require(token.may_be_valid(verdicts), "a dead token is listed as a session", Finding::dead_token_accepted);
        if (must_be_valid(token, verdicts)) ++listed;
    }
    const auto due = static_cast<std::uint64_t>(std::ranges::count_if(tokens_, [&](const auto& entry) {
        return entry.second.user == user && must_be_valid(entry.second, verdicts);
    }));
    require(listed == due, "a live session is not listed", Finding::live_token_lost);
}

void Oracle::check_statistics(const Moment& now, const Result<Statistics>& answer) {
    const auto& statistics = value_of("statistics", answer);
    const auto verdicts = time_.verdicts_at(now);
    looked(now);
    const auto believed = time_.at(now);
    require(statistics.now_us >= verdicts.earliest_us && statistics.now_us <= verdicts.latest_us,
            "verdicts are for " + std::to_string(statistics.now_us));
    const auto cutoff_us = statistics.reclaim_cutoff_us;
    if (!options_.reclaim_expired) {
        return require(cutoff_us == std::numeric_limits<std::int64_t>::min(), "a store that is not to reclaim does");
    }
    require(cutoff_us <= believed.latest_us - options_.reclaim_grace_us,
            "reclaiming goes up to " + std::to_string(cutoff_us) + ", beyond the store's own time less the grace");
    require(cutoff_us <= now.true_us + allowed_ahead_us_ - options_.reclaim_grace_us,
            "reclaiming goes up to " + std::to_string(cutoff_us) + ", too far ahead of the true time");
}

void Oracle::check_doubt(const Moment& now, const Result<Statistics>& answer) const {
    const bool doubted = value_of("statistics", answer).clock_doubted;
    const auto believed = time_.at(now);
    require(doubted || now.wall_us - believed.latest_us <= minute_us,
            "a clock that is not believed is not reported as doubted");
    require(!doubted || now.wall_us - believed.earliest_us > minute_us,
            "a clock that is believed is reported as doubted");
}

}  // namespace tokenstore::test
