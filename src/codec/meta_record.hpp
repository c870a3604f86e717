// The store's own records in the `default` column family, each under a plain name:
//
//     "format"               number i64: the format_version that wrote the store
//     "clock"                number i64: the bounded clock's high-water mark, microseconds
//     "issue_stamps"         number i64: no issue stamp handed out so far is greater
//     "longest_expiry"       number i64: no token stored so far expires later, microseconds
//     "in_doubt/" | hash 32  number i64: when the rotation of this token failed without a known end, microseconds
//
//     version u8 | number i64 | checksum u64                         (frame: seal.hpp; this column family has no
//     filter)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tokenstore/ids.hpp>

#include "codec/seal.hpp"

namespace tokenstore::codec {

inline constexpr std::string_view format_key = "format";
inline constexpr std::string_view clock_key = "clock";
inline constexpr std::string_view synced_key = "synced";  // the last change before a sync of the whole log
inline constexpr std::string_view issue_stamps_key = "issue_stamps";
inline constexpr std::string_view longest_expiry_key = "longest_expiry";

inline constexpr std::string_view in_doubt_prefix = "in_doubt/";

[[nodiscard]] std::string in_doubt_key(const TokenHash& presented);

[[nodiscard]] std::string encode_number(std::string_view key, std::int64_t number);
[[nodiscard]] DecodeStatus decode_number(std::string_view key, std::string_view stored, std::int64_t& number) noexcept;

}  // namespace tokenstore::codec
