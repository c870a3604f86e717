// One of the two slots of the file HIGH_WATER beside the engine (storage/high_water_mark.hpp):
//
//     boot 16 | first log u64 | log number u64 | sequence u64 | manifest number u64 | manifest bytes u64 | checksum u64
//
// Little-endian; the checksum is XXH3-64 of what precedes it, seed 0. The slots stand at 0 and 512, so that no write
// can tear both. Of those that check out the later one counts: its numbers only grow.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/engine_log.hpp"

namespace tokenstore::codec {

/// How much of a manifest is known to have been synced.
struct ManifestExtent {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;

    friend auto operator<=>(const ManifestExtent&, const ManifestExtent&) = default;
};

/// How far log and manifest are known to have been synced.
struct HighWater {
    std::array<std::uint8_t, 16> boot{};  ///< the run of the system that it was noted in; zero if that is unknown
    std::uint64_t first_log = 0;          ///< the log that was begun when the store was opened
    SyncNote synced;
    ManifestExtent manifest;

    friend bool operator==(const HighWater&, const HighWater&) = default;
};

inline constexpr std::size_t high_water_slot_bytes = 16 + 6 * 8;
inline constexpr std::size_t high_water_slot_distance = 512;
inline constexpr std::size_t high_water_file_bytes = 2 * high_water_slot_distance;

[[nodiscard]] std::string encode_high_water_slot(const HighWater& mark);

/// A whole file with the mark in both slots.
[[nodiscard]] std::string encode_high_water_file(const HighWater& mark);

/// Nothing where neither slot checks out.
[[nodiscard]] std::optional<HighWater> decode_high_water_file(std::string_view bytes) noexcept;

}  // namespace tokenstore::codec
