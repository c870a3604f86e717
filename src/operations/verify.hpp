// Verifying a store: every file and every record by itself, and every record against every other.
//
// Records are compared through digests: a few bytes for each live token are held, and whatever the digests do not
// explain is looked at once more, exactly, by point reads. So memory stays small, and a collision of digests can hide a
// finding (one in 2^64 for each comparison) but never make one.
//
// On a view all reads are of one moment. On an open store other threads may write meanwhile: then what is found has to
// be judged again under locks.
#pragma once

#include <functional>

#include <tokenstore/error.hpp>
#include <tokenstore/verification.hpp>

#include "storage/database.hpp"

namespace tokenstore::operations {

/// Calls `visit` for each finding, until it answers false. Errors: io_error, and what else keeps the store from being
/// read; damage is a finding.
[[nodiscard]] Result<VerifySummary> verify(const storage::Database& database, const VerifyRequest& request,
                                           const std::function<bool(const Finding&)>& visit);

}  // namespace tokenstore::operations
