// What becomes of a row of another table or store when it is imported. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include <tokenstore/token.hpp>

#include "model/ends.hpp"

namespace tokenstore::model {

/// The id under which the chain of an imported token lies in the indexes, whose order is the order of login: the row's
/// own id where that is a UUIDv7, else one for the moment of its creation. The same row always gives the same id.
[[nodiscard]] TokenId chain_of_imported(const Token& row) noexcept;

/// The row as it is stored: a chain of its own, issued when it was created. Stamps may run ahead of the time after a
/// restart: a row created after its user's end must not be taken for older.
[[nodiscard]] Token imported_token(const Token& row, const std::optional<UserEnd>& user_end, std::int64_t now_us);

}  // namespace tokenstore::model
