// Looking tokens up by hash. No locks: the token is read first and the ends that may cover it after it, so that a token
// issued after an end is never judged by a reading from before that end, and an end that returned before the look-up
// began is always seen.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tokenstore/error.hpp>
#include <tokenstore/token.hpp>

#include "operations/counters.hpp"
#include "operations/validity_cache.hpp"
#include "storage/database.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<std::optional<JudgedToken>> get_by_hash(const storage::Database& database, const TokenHash& hash,
                                                             std::int64_t now_us);

[[nodiscard]] Result<std::optional<Token>> get_valid_by_hash(const storage::Database& database, Counters& counters,
                                                             const TokenHash& hash, std::int64_t now_us);

[[nodiscard]] Result<std::vector<std::optional<Token>>> get_valid_by_hashes(const storage::Database& database,
                                                                            Counters& counters,
                                                                            std::span<const TokenHash> hashes,
                                                                            std::int64_t now_us);

/// As get_valid_by_hash, from memory where that knows.
[[nodiscard]] Result<std::optional<ValidToken>> validate(const storage::Database& database, ValidityCache& cache,
                                                         Counters& counters, const TokenHash& hash,
                                                         std::int64_t now_us);

[[nodiscard]] Result<std::vector<std::optional<ValidToken>>> validate_many(const storage::Database& database,
                                                                           ValidityCache& cache, Counters& counters,
                                                                           std::span<const TokenHash> hashes,
                                                                           std::int64_t now_us);

}  // namespace tokenstore::operations
