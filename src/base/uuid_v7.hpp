// The fixed bits of a UUIDv7, RFC 9562 section 5.7, with the microseconds below the millisecond in rand_a (section 6.2,
// method 3): ids made at increasing microseconds sort by them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tokenstore::base {

using UuidBytes = std::array<std::uint8_t, 16>;

/// The last moment whose milliseconds fit the 48 bits. The first is 1970.
inline constexpr std::int64_t last_uuid_v7_us = (std::int64_t{1} << 48) * 1000 - 1;

/// Writes time, version and variant for a moment between 0 and last_uuid_v7_us; leaves the last 62 bits as they are.
constexpr void stamp_uuid_v7(UuidBytes& bytes, std::int64_t time_us) noexcept {
    const auto time_ms = time_us / 1000;
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(time_ms >> (40 - 8 * i));
    const auto fraction = static_cast<unsigned>(time_us % 1000 * 4096 / 1000);  // of a millisecond, in 12 bits
    bytes[6] = static_cast<std::uint8_t>(0x70U | (fraction >> 8U));
    bytes[7] = static_cast<std::uint8_t>(fraction);
    bytes[8] = static_cast<std::uint8_t>(0x80U | (bytes[8] & 0x3fU));
}

[[nodiscard]] constexpr bool is_uuid_v7(const UuidBytes& bytes) noexcept {
    return bytes[6] >> 4U == 7U && bytes[8] >> 6U == 2U;
}

}  // namespace tokenstore::base
