// Counting a whole store.
#pragma once

#include <cstdint>

#include <tokenstore/error.hpp>
#include <tokenstore/statistics.hpp>

#include "storage/database.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<TokenCounts> count(const storage::Database& database, std::int64_t now_us);

}  // namespace tokenstore::operations
