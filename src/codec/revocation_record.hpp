// The end of a family or user <-> the value stored in `revocations`.
//
//     version u8 | keep_until_us i64 | ended_at_us i64 | stamp_us i64 | reason u8 | checksum u64   (frame: seal.hpp)
//
// `keep_until_us` stands where other records have their expiry: the TTL filter treats it alike. The stamp of a family's
// end is 0: it covers all stamps.
#pragma once

#include <string>
#include <string_view>

#include "codec/seal.hpp"
#include "model/ends.hpp"

namespace tokenstore::codec {

[[nodiscard]] std::string encode_family_end(std::string_view key, const model::FamilyEnd& end);
[[nodiscard]] DecodeStatus decode_family_end(std::string_view key, std::string_view stored,
                                             model::FamilyEnd& end) noexcept;

[[nodiscard]] std::string encode_user_end(std::string_view key, const model::UserEnd& end);
[[nodiscard]] DecodeStatus decode_user_end(std::string_view key, std::string_view stored, model::UserEnd& end) noexcept;

}  // namespace tokenstore::codec
