// The text form of a UUID, 8-4-4-4-12 hex digits (RFC 9562 section 4): lower case out, either case in. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tokenstore::base {

inline constexpr std::size_t uuid_bytes = 16;
inline constexpr std::size_t uuid_text_length = 36;

void append_uuid_text(std::string& out, std::span<const std::uint8_t, uuid_bytes> uuid);

/// False, and `uuid` undefined, for anything else than such a text.
[[nodiscard]] bool parse_uuid_text(std::string_view text, std::span<std::uint8_t, uuid_bytes> uuid) noexcept;

}  // namespace tokenstore::base
