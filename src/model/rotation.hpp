// The rules of rotation: what becomes of a presented token, decided without a database.
#pragma once

#include <cstdint>
#include <optional>

#include <tokenstore/outcomes.hpp>
#include <tokenstore/token.hpp>

#include "model/ends.hpp"

namespace tokenstore::model {

/// What is known about the presented token, read under the locks of its user and its family.
struct RotationFacts {
    const Token* presented = nullptr;  ///< null: unknown
    Ends ends;
    bool new_hash_stored = false;
    std::int64_t now_us = 0;
};

struct RotationDecision {
    RotateOutcome outcome = RotateOutcome::not_found;
    std::optional<RevocationReason> end_family;  ///< set where the family is to be ended, with the reason to record

    friend bool operator==(const RotationDecision&, const RotationDecision&) = default;
};

/// The table at RotateOutcome, and nothing else. A family that has been ended is not ended again.
[[nodiscard]] RotationDecision decide_rotation(const RotationFacts& facts) noexcept;

/// The presented token as it is stored once it is rotated away.
[[nodiscard]] Token consumed(Token token, const TokenHash& successor, std::int64_t now_us);

/// The token that takes the presented one's place: same user, family and chain; what the request leaves open is taken
/// over from the presented token.
[[nodiscard]] Token successor_of(const Token& presented, const Successor& request, const TokenId& id,
                                 std::int64_t issue_stamp_us, std::int64_t now_us);

}  // namespace tokenstore::model
