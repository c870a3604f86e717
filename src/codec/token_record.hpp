// A token <-> the value stored under its hash in `tokens`.
//
//     version u8 | expires_at_us i64 | flags u16 | id 16 | user 16 | family 16 | created_at_us i64
//     then, each only if its flag is set, in this order:
//     issue_stamp_us i64 | chain 16 | updated_at_us i64 | revoked_at_us i64 | consumed_at_us i64 |
//     predecessor 32 | successor 32 | device_id | device_name (length u16, bytes) | ip_address
//     checksum u64                                                   (frame: seal.hpp)
//
// An issue stamp that is the time of creation, as nearly all are, is not stored, nor is the chain id of a token that
// began its chain. A device id is 16 bytes where it is a UUID, else length u8 and bytes; an address is 4 bytes (IPv4),
// 16 (IPv6), or length u8 and bytes (packed_text.hpp). There is one encoding for each token: a decoder accepts no
// other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tokenstore/token.hpp>

#include "codec/seal.hpp"
#include "model/token_head.hpp"

namespace tokenstore::codec {

/// The bits of `flags`. They stand on disk.
enum class TokenFlag : std::uint16_t {
    revoked = 1U << 0U,
    chain_id = 1U << 1U,
    updated_at = 1U << 2U,
    revoked_at = 1U << 3U,
    consumed_at = 1U << 4U,
    predecessor = 1U << 5U,
    successor = 1U << 6U,
    device_id = 1U << 7U,
    device_name = 1U << 8U,
    ip_address = 1U << 9U,
    issue_stamp = 1U << 10U,
    device_id_is_uuid = 1U << 11U,   ///< instead of device_id
    ip_address_is_ipv4 = 1U << 12U,  ///< instead of ip_address
    ip_address_is_ipv6 = 1U << 13U,  ///< instead of ip_address
};

/// The caller has checked the limits of model/limits.hpp: longer strings do not fit their length fields.
[[nodiscard]] std::string encode_token(const Token& token);

/// Decodes what is stored under `hash`. Never reads past `stored`, whatever its bytes.
[[nodiscard]] DecodeStatus decode_token(const TokenHash& hash, std::string_view stored, Token& token);

/// The same of the part that decides: whole and checked by its checksum, but what follows is not looked at.
[[nodiscard]] DecodeStatus decode_token_head(const TokenHash& hash, std::string_view stored,
                                             model::TokenHead& head) noexcept;

}  // namespace tokenstore::codec
