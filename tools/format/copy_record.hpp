// Copies of a store as fields.
#pragma once

#include <string>

#include <tokenstore/store_copy.hpp>

#include "format/record.hpp"

namespace tokenstore::tool {

[[nodiscard]] Record copy_record(const CopySummary& copy);
[[nodiscard]] Record backup_record(const Backup& backup);

/// The same fields for a backup of which only the name is known.
[[nodiscard]] Record unreadable_backup_record(const std::string& name);

}  // namespace tokenstore::tool
