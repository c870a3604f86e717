// rotate_token: reads under the locks, lets model/rotation.hpp decide, writes one batch.
#pragma once

#include <tokenstore/error.hpp>
#include <tokenstore/outcomes.hpp>

#include "operations/context.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<RotateResult> rotate_token(Context& context, const TokenHash& presented,
                                                const Successor& successor, Durability durability);

}  // namespace tokenstore::operations
