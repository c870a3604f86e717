// A view of a store in figures: what it takes up, and what its records are.
#pragma once

#include <tokenstore/error.hpp>
#include <tokenstore/figures.hpp>

#include "storage/database.hpp"

namespace tokenstore::operations {

/// Reads no token. Errors: corrupt, io_error.
[[nodiscard]] Result<StoreFigures> figures(const storage::Database& database, OnDamage on_damage);

/// Reads all records, or a sample of the tokens. Errors: corrupt, io_error.
[[nodiscard]] Result<RecordFigures> measure(const storage::Database& database, const MeasureRequest& request);

}  // namespace tokenstore::operations
