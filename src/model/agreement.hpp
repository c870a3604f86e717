// Whether records that a store holds fit together: pure functions of the records. The search for what does not is in
// operations/verify.hpp.
#pragma once

#include <optional>
#include <string_view>

#include <tokenstore/token.hpp>
#include <tokenstore/verification.hpp>

#include "model/ends.hpp"

namespace tokenstore::model {

/// A finding in the making: its kind, and one sentence that names nobody.
struct Disagreement {
    FindingKind kind;
    std::string_view detail;

    friend bool operator==(const Disagreement&, const Disagreement&) = default;
};

/// A token by itself.
[[nodiscard]] std::optional<Disagreement> check_rotation(const Token& token) noexcept;

/// A consumed token and the one that is stored under the hash of its successor. A hash is free again once its token has
/// expired and was removed: a token of another chain, or of another moment, that does not name this one back is a later
/// one, and no part of the lineage.
[[nodiscard]] std::optional<Disagreement> check_successor(const Token& token, const Token& successor) noexcept;

/// A token made by a rotation and the one that is stored under the hash of its predecessor; as above.
[[nodiscard]] std::optional<Disagreement> check_predecessor(const Token& token, const Token& predecessor) noexcept;

/// A token and the ends that cover it.
[[nodiscard]] std::optional<Disagreement> check_ends(const Token& token, const Ends& ends) noexcept;

}  // namespace tokenstore::model
