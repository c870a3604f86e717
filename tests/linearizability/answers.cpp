#include "linearizability/answers.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace tokenstore::test {

namespace {

Outcome unforeseen(std::string_view what) { return {.answer = Answer::unforeseen, .unforeseen = std::string(what)}; }

/// Every failure is unforeseen, but for one that leaves open what was written.
std::optional<Outcome> outcome_of_failure(const Error& error) {
    if (error.write == WriteState::indeterminate) return std::nullopt;
    return unforeseen(error.to_string());
}

Outcome because(Answer answer, const std::optional<Revocation>& revocation) {
    if (!revocation) return unforeseen("revoked without a reason");
    Outcome outcome{.answer = answer};
    switch (revocation->reason) {
        case RevocationReason::token_revoked:
            outcome.reason = Reason::token_revoked;
            break;
        case RevocationReason::family_revoked:
            outcome.reason = Reason::family_revoked;
            break;
        case RevocationReason::reuse_detected:
            outcome.reason = Reason::reuse_detected;
            break;
        case RevocationReason::revoked_presented:
            outcome.reason = Reason::revoked_presented;
            break;
        case RevocationReason::user_revoked:
            outcome.reason = Reason::user_revoked;
            break;
    }
    return outcome;
}

std::optional<TokenNumber> number_of(const TokenHash& hash, const TokenNumbers& numbers) {
    const auto found = numbers.find(hash);
    return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<Outcome> outcome_of(const Result<Token>& created) {
    if (created) return Outcome{.answer = Answer::stored};
    switch (created.error().code) {
        case ErrorCode::already_exists:
            return Outcome{.answer = Answer::already_exists};
        case ErrorCode::family_ended:
            return Outcome{.answer = Answer::family_ended};
        case ErrorCode::family_of_another_user:
            return Outcome{.answer = Answer::family_of_another_user};
        default:
            return outcome_of_failure(created.error());
    }
}

std::optional<Outcome> outcome_of(const Result<RotateResult>& rotated) {
    if (!rotated) return outcome_of_failure(rotated.error());
    switch (rotated->outcome) {
        case RotateOutcome::rotated:
            return Outcome{.answer = Answer::rotated};
        case RotateOutcome::not_found:
            return Outcome{.answer = Answer::not_found};
        case RotateOutcome::already_exists:
            return Outcome{.answer = Answer::already_exists};
        case RotateOutcome::reuse_detected:
            return Outcome{.answer = Answer::reuse_detected, .live_ended = rotated->live_tokens_ended};
        case RotateOutcome::revoked: {
            Outcome outcome = because(Answer::revoked, rotated->revocation);
            outcome.live_ended = rotated->live_tokens_ended;
            return outcome;
        }
        case RotateOutcome::expired:
            break;
    }
    return unforeseen(name(rotated->outcome));
}

std::optional<Outcome> outcome_of(const Result<RevokeTokenOutcome>& revoked) {
    if (!revoked) return outcome_of_failure(revoked.error());
    switch (*revoked) {
        case RevokeTokenOutcome::revoked:
            return Outcome{.answer = Answer::revoked};
        case RevokeTokenOutcome::already_revoked:
            return Outcome{.answer = Answer::already_revoked};
        case RevokeTokenOutcome::already_consumed:
            return Outcome{.answer = Answer::already_consumed};
        case RevokeTokenOutcome::not_found:
            return Outcome{.answer = Answer::not_found};
    }
    return unforeseen("an outcome of revoke_token that has no name");
}

std::optional<Outcome> outcome_of(const Result<RevokeResult>& ended) {
    if (!ended) return outcome_of_failure(ended.error());
    return Outcome{.answer = ended->newly_ended ? Answer::ended : Answer::ended_before,
                   .live_ended = ended->live_ended};
}

std::optional<Outcome> outcome_of(const Result<std::optional<JudgedToken>>& found, const TokenNumbers& numbers) {
    if (!found) return outcome_of_failure(found.error());
    if (!*found) return Outcome{.answer = Answer::not_found};
    const JudgedToken& judged = **found;
    Outcome outcome;
    switch (judged.state) {
        case TokenState::live:
            outcome.answer = Answer::live;
            break;
        case TokenState::consumed:
            outcome.answer = Answer::consumed;
            break;
        case TokenState::revoked:
            outcome = because(Answer::revoked, judged.revocation);
            break;
        case TokenState::expired:
            return unforeseen(name(judged.state));
    }
    if (judged.token.successor) {
        outcome.successor = number_of(*judged.token.successor, numbers);
        if (!outcome.successor) return unforeseen("rotated to a token that nobody offered");
    }
    return outcome;
}

namespace {

template <class Valid>
std::optional<Outcome> outcome_of_validity(const Result<std::optional<Valid>>& valid) {
    if (!valid) return outcome_of_failure(valid.error());
    return Outcome{.answer = *valid ? Answer::live : Answer::not_valid};
}

}  // namespace

std::optional<Outcome> outcome_of(const Result<std::optional<Token>>& valid) { return outcome_of_validity(valid); }
std::optional<Outcome> outcome_of(const Result<std::optional<ValidToken>>& valid) { return outcome_of_validity(valid); }

History calls_of(const Result<SessionPage>& page, const TokenNumbers& numbers, const Span& span, std::size_t thread) {
    if (!page) return {{listed(0), span, unforeseen(page.error().to_string()), thread}};
    History calls;
    for (const Token& token : page->sessions) {
        const auto number = number_of(token.hash, numbers);
        const auto outcome = number ? Outcome{.answer = Answer::live} : unforeseen("a token that nobody offered");
        calls.push_back({listed(number.value_or(0)), span, outcome, thread});
    }
    return calls;
}

}  // namespace tokenstore::test
