// CRC-32C (Castagnoli), as the engine puts it into its logs. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace tokenstore::base {

/// Of the two views one after the other.
[[nodiscard]] std::uint32_t crc32c(std::string_view first, std::string_view second = {}) noexcept;

}  // namespace tokenstore::base
