// Walking over stored tokens, each judged: all of them, or those of a family.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <tokenstore/error.hpp>
#include <tokenstore/ids.hpp>
#include <tokenstore/token.hpp>
#include <tokenstore/walk.hpp>

#include "storage/database.hpp"

namespace tokenstore::operations {

/// In the order of hashes, until `visit` answers false.
[[nodiscard]] Result<WalkedTokens> walk_tokens(const storage::Database& database, const TokenWalk& walk,
                                               const std::function<bool(const JudgedToken&)>& visit);

/// Chain by chain in the order of login, each from its tip back, until `visit` answers false. Nothing if the family is
/// unknown: it has neither a chain nor an end.
[[nodiscard]] Result<std::optional<WalkedFamily>> walk_family(const storage::Database& database, const FamilyId& family,
                                                              std::int64_t now_us,
                                                              const std::function<bool(const JudgedToken&)>& visit);

}  // namespace tokenstore::operations
