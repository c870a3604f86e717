// import_tokens and its rehearsal: rows of another table or store, each all or nothing. A stored end is never undone,
// and an imported one always counts.
#pragma once

#include <span>
#include <vector>

#include <tokenstore/error.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/token.hpp>

#include "operations/context.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<std::vector<ImportedRow>> import_tokens(Context& context, std::span<const Token> rows,
                                                             Durability durability);

/// What import_tokens would answer now; writes nothing.
[[nodiscard]] Result<std::vector<ImportedRow>> check_import(Context& context, std::span<const Token> rows);

}  // namespace tokenstore::operations
