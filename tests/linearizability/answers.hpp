// What the store answers, in the words of a history.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include <tokenstore/token_store.hpp>

#include "linearizability/history.hpp"

namespace tokenstore::test {

/// Nothing where the store itself does not know whether the call took effect.
[[nodiscard]] std::optional<Outcome> outcome_of(const Result<Token>& created);
[[nodiscard]] std::optional<Outcome> outcome_of(const Result<RotateResult>& rotated);
[[nodiscard]] std::optional<Outcome> outcome_of(const Result<RevokeTokenOutcome>& revoked);
[[nodiscard]] std::optional<Outcome> outcome_of(const Result<RevokeResult>& ended);
[[nodiscard]] std::optional<Outcome> outcome_of(const Result<std::optional<Token>>& valid);
[[nodiscard]] std::optional<Outcome> outcome_of(const Result<std::optional<ValidToken>>& valid);

using TokenNumbers = std::map<TokenHash, TokenNumber>;

[[nodiscard]] std::optional<Outcome> outcome_of(const Result<std::optional<JudgedToken>>& found,
                                                const TokenNumbers& numbers);

/// Each session as a call of its own; a failure as one unforeseen call.
[[nodiscard]] History calls_of(const Result<SessionPage>& page, const TokenNumbers& numbers, const Span& span,
                               std::size_t thread);

}  // namespace tokenstore::test
