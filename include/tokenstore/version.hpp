// Versions: of the library, and apart from it, of what it writes to disk.
#pragma once

#include <string_view>

namespace tokenstore {

/// The library's version, from the build. Semantic versioning of the public headers.
[[nodiscard]] std::string_view version() noexcept;

/// The storage engine linked at run time, such as "RocksDB 7.8.3".
[[nodiscard]] std::string_view engine_version() noexcept;

/// The format of the store directory. A store of a newer format is refused and its records stay as they are: raising
/// this number keeps older programs out of the stores that newer ones wrote.
inline constexpr unsigned format_version = 2;

}  // namespace tokenstore
