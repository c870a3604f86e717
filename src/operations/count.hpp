// Walking over all tokens, each judged, and counting them.
#pragma once

#include <cstdint>
#include <functional>

#include <tokenstore/error.hpp>
#include <tokenstore/statistics.hpp>
#include <tokenstore/token.hpp>

#include "storage/database.hpp"

namespace tokenstore::operations {

/// In the order of hashes, until `visit` answers false; answers how many were visited.
[[nodiscard]] Result<std::uint64_t> for_each_token(const storage::Database& database, std::int64_t now_us,
                                                   const std::function<bool(const JudgedToken&)>& visit);

[[nodiscard]] Result<TokenCounts> count(const storage::Database& database, std::int64_t now_us);

}  // namespace tokenstore::operations
