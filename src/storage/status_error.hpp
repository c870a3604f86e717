// The one place where the engine's answers become the store's errors.
#pragma once

#include <string_view>

#include <rocksdb/status.h>

#include <tokenstore/error.hpp>

#include "codec/seal.hpp"
#include "storage/engine_condition.hpp"

namespace tokenstore::storage {

/// A failed read. `what` says what was being done, as in "reading a token".
[[nodiscard]] Error read_error(const rocksdb::Status& status, std::string_view what);

/// A failed write: it may come true at the next open, so it is indeterminate.
[[nodiscard]] Error write_error(const rocksdb::Status& status, std::string_view what);

/// The same for a read of an open store, whose condition it becomes part of.
[[nodiscard]] Error read_error(EngineCondition& condition, const rocksdb::Status& status, std::string_view what);

/// A write that was not tried, since the engine takes none: `write` says what became of the call at hand.
[[nodiscard]] Error writes_refused_error(const Health& health, WriteState write);

/// A stored value that could not be decoded.
[[nodiscard]] Error decode_error(codec::DecodeStatus status, std::string_view what);

/// The same for a value of an open store, whose condition it becomes part of.
[[nodiscard]] Error decode_error(EngineCondition& condition, codec::DecodeStatus status, std::string_view what);

/// A failed call of the operating system.
[[nodiscard]] Error system_error(int error_number, std::string_view what);

}  // namespace tokenstore::storage
