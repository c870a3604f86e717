// Copies of a store as fields.
#pragma once

#include <tokenstore/store_copy.hpp>

#include "format/record.hpp"

namespace tokenstore::tool {

[[nodiscard]] Record copy_record(const CopySummary& copy);
[[nodiscard]] Record backup_record(const Backup& backup);

}  // namespace tokenstore::tool
