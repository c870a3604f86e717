// The frame that every stored value shares, whatever its kind:
//
//     version u8 | expires_at_us i64 | ... the kind's own fields ... | checksum u64
//
// All integers are little-endian. The checksum is XXH3-64 of everything before it, seeded with XXH3-64 of the key, so
// that a value found under another key is noticed. `expires_at_us` stands at a fixed offset in every kind: the TTL
// filter reads the version and it, and nothing else. Changing any of this is a new format_version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::codec {

inline constexpr std::uint8_t record_version = 2;
inline constexpr std::size_t expiry_offset = 1;
inline constexpr std::size_t checksum_bytes = 8;
inline constexpr std::size_t smallest_record_bytes = 1 + 8 + checksum_bytes;

/// What a decoder found. Anything but `ok` leaves the output unspecified.
enum class DecodeStatus {
    ok,
    truncated,        ///< shorter than its own fields say
    unknown_version,  ///< written by a newer format, or damaged
    bad_checksum,     ///< damaged, or stored under another key
    malformed,        ///< the checksum is right and the fields are not: a bug wrote it
};

/// Appends the checksum; `record` then is what is stored under `key`.
void seal(std::string& record, std::string_view key);

/// Checks length, version and checksum, and gives the record without its checksum.
[[nodiscard]] DecodeStatus unseal(std::string_view stored, std::string_view key, std::string_view& record) noexcept;

/// The expiry of a stored value without looking at anything else; nothing if it is too short or of an unknown version.
[[nodiscard]] std::optional<std::int64_t> peek_expires_at_us(std::string_view stored) noexcept;

}  // namespace tokenstore::codec
