// What the store promises to a caller who is alone with it, as a pure function on a plain value.
//
// Written from the public headers, apart from the library's own rules and from the reference of the model tests. There
// is no time in it: it is for tokens that outlive the test.
#pragma once

#include <compare>
#include <map>
#include <optional>

#include "linearizability/history.hpp"

namespace tokenstore::test {

struct StoredToken {
    UserNumber user = 0;
    FamilyNumber family = 0;
    std::optional<TokenNumber> successor = std::nullopt;  ///< set once it is consumed
    bool is_undelivered = false;  ///< consumed by a call whose outcome is unknown: nobody holds the successor
    bool was_revoked = false;     ///< this very token
    bool user_ended = false;      ///< its user was ended after it was issued

    friend auto operator<=>(const StoredToken&, const StoredToken&) = default;
};

struct StoreState {
    std::map<TokenNumber, StoredToken> tokens;
    std::map<FamilyNumber, Reason> ended_families;

    friend auto operator<=>(const StoreState&, const StoreState&) = default;
};

struct Step {
    StoreState next;
    Outcome outcome;
};

/// Whether the caller was told the outcome of a call. The one who was not holds nothing that the call made.
enum class Delivery { delivered, lost };

/// What the call does to the store and what it answers. Every count is given.
[[nodiscard]] Step apply(const StoreState& state, const Call& call, Delivery delivery = Delivery::delivered);

/// Whether an answer is the one that was specified; a count that the caller did not ask for is not compared.
[[nodiscard]] bool agrees(const Outcome& answered, const Outcome& specified);

/// Whether a call of this operation with this answer, or with an unknown one, can change anything in any state.
[[nodiscard]] bool may_change_anything(const RecordedCall& recorded);

}  // namespace tokenstore::test
