// get_user_active_sessions: the index tells which entries are live and in which order; the records of one page are read
// in one go.
#pragma once

#include <cstdint>

#include <tokenstore/error.hpp>
#include <tokenstore/outcomes.hpp>

#include "storage/database.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<SessionPage> get_user_active_sessions(const storage::Database& database, const UserId& user,
                                                           const SessionPageRequest& request, std::int64_t now_us);

}  // namespace tokenstore::operations
