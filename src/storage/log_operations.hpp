// A batch of the write-ahead log as operations. The engine writes the batches of several callers as one; each ends with
// its caller's note.
//
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <tokenstore/log_reader.hpp>

namespace tokenstore::storage {

/// Calls `visit` for each operation of a record of the log, until it answers false, and answers false then.
bool visit_operations(std::string_view record, std::uint64_t log,
                      const std::function<bool(const LogOperation&)>& visit);

}  // namespace tokenstore::storage
