// import_tokens: rows of another table or store, each all or nothing. A stored end is never undone, and an imported one
// always counts.
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

}  // namespace tokenstore::operations
