// Repairing what is derived from the tokens' records: the two indexes, and the notes of ended families.
#pragma once

#include <tokenstore/error.hpp>
#include <tokenstore/verification.hpp>

#include "operations/context.hpp"

namespace tokenstore::operations {

/// Each repair judges again under the locks of user and family. Never changes what a token's record says, and never
/// takes an end away. Error: stopped, once `on_progress` answers false.
[[nodiscard]] Result<RepairResult> repair_indexes(Context& context, const VerifyProgress& on_progress);

}  // namespace tokenstore::operations
