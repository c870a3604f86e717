// The index entries that a token has to have, and the token that an index entry stands for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/token.hpp>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "storage/database.hpp"

namespace tokenstore::operations {

/// The key of a token's chain in by_family or by_user.
[[nodiscard]] codec::FixedKey<32> entry_key(storage::Family index, const Token& token) noexcept;

/// What has to stand there while the token is the tip of its chain.
[[nodiscard]] std::string expected_entry(storage::Family index, const Token& token);

/// The token that by_user names as the tip of this token's chain, whatever became of it; nothing if there is none.
[[nodiscard]] Result<std::optional<Token>> tip_of_chain(const storage::Database& database, const Token& token);

/// The token that an entry stands for. An entry of by_family leads there by way of by_user.
[[nodiscard]] Result<std::optional<Token>> tip_of(const storage::Database& database, std::string_view key,
                                                  const codec::FamilyIndexEntry& entry);
[[nodiscard]] Result<std::optional<Token>> tip_of(const storage::Database& database, std::string_view key,
                                                  const codec::UserIndexEntry& entry);

}  // namespace tokenstore::operations
