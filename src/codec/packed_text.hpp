// Texts that say less than they are long, and the bytes that stand for them on disk: a UUID (most device ids are one)
// takes 16 bytes instead of 36, an IPv4 address 4 instead of up to 15, an IPv6 address 16 instead of up to 39.
//
// Packing keeps the very characters: only the one text that unpacking gives back is packed, so a UUID in capitals or an
// address written otherwise stays a text. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::codec {

using PackedUuid = std::array<std::uint8_t, 16>;
using PackedIpv4 = std::array<std::uint8_t, 4>;
using PackedIpv6 = std::array<std::uint8_t, 16>;

/// Nothing where the text is not the one that unpack() makes of the same bytes.
[[nodiscard]] std::optional<PackedUuid> pack_uuid(std::string_view text);
[[nodiscard]] std::optional<PackedIpv4> pack_ipv4(std::string_view text);
[[nodiscard]] std::optional<PackedIpv6> pack_ipv6(std::string_view text);

/// In lower case.
[[nodiscard]] std::string unpack_uuid(const PackedUuid& packed);
/// Four decimal numbers.
[[nodiscard]] std::string unpack_ipv4(const PackedIpv4& packed);
/// As RFC 5952 asks for.
[[nodiscard]] std::string unpack_ipv6(const PackedIpv6& packed);

}  // namespace tokenstore::codec
