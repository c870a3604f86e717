// create_token.
#pragma once

#include <tokenstore/error.hpp>
#include <tokenstore/token.hpp>

#include "operations/context.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<Token> create_token(Context& context, const NewToken& request, Durability durability);

}  // namespace tokenstore::operations
