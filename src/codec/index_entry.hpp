// The current tip of a chain <-> the value stored in `by_family` and `by_user`.
//
//     version u8 | expires_at_us i64 | flags u8 (bit 0: the tip was revoked) | tip hash 32 | issue_stamp_us i64 |
//     other id 16 | checksum u64                                     (frame: seal.hpp)
//
// The other id is the user's in by_family and the family's in by_user. Rotating overwrites the value under the same
// key. What stands here is what listing and counting need, so that they look up no record per entry.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <tokenstore/ids.hpp>

#include "codec/keys.hpp"
#include "codec/seal.hpp"

namespace tokenstore::codec {

template <class OtherId>
struct IndexEntry {
    TokenHash tip;
    std::int64_t expires_at_us = 0;
    std::int64_t issue_stamp_us = 0;
    OtherId other_id;
    bool revoked = false;

    friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

using FamilyIndexEntry = IndexEntry<UserId>;
using UserIndexEntry = IndexEntry<FamilyId>;

template <class OtherId>
[[nodiscard]] std::string encode_index_entry(std::string_view key, const IndexEntry<OtherId>& entry);

template <class OtherId>
[[nodiscard]] DecodeStatus decode_index_entry(std::string_view key, std::string_view stored,
                                              IndexEntry<OtherId>& entry) noexcept;

}  // namespace tokenstore::codec
