// The current tip of a chain <-> the values stored in `by_family` and `by_user`.
//
//     by_family    version u8 | expires_at_us i64 | flags u8 | issue_stamp_us i64 | user id 16 | checksum u64
//     by_user      version u8 | expires_at_us i64 | flags u8 | issue_stamp_us i64 | family id 16 | tip hash 32 |
//                  checksum u64                                      (frame: seal.hpp; flags bit 0: the tip was
//                  revoked)
//
// Rotating overwrites the values under the same keys. What stands here is what listing and counting need, so that they
// look up no record per entry. Only a listing wants the tip itself, and it goes by the user: a family's entries say
// whose they are, and the tip is found under that user and the same chain.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tokenstore/ids.hpp>

#include "codec/keys.hpp"
#include "codec/seal.hpp"

namespace tokenstore::codec {

struct FamilyIndexEntry {
    std::int64_t expires_at_us = 0;
    std::int64_t issue_stamp_us = 0;
    UserId user_id;
    bool revoked = false;

    friend bool operator==(const FamilyIndexEntry&, const FamilyIndexEntry&) = default;
};

struct UserIndexEntry {
    std::int64_t expires_at_us = 0;
    std::int64_t issue_stamp_us = 0;
    FamilyId family_id;
    TokenHash tip;
    bool revoked = false;

    friend bool operator==(const UserIndexEntry&, const UserIndexEntry&) = default;
};

[[nodiscard]] std::string encode_index_entry(std::string_view key, const FamilyIndexEntry& entry);
[[nodiscard]] std::string encode_index_entry(std::string_view key, const UserIndexEntry& entry);

[[nodiscard]] DecodeStatus decode_index_entry(std::string_view key, std::string_view stored,
                                              FamilyIndexEntry& entry) noexcept;
[[nodiscard]] DecodeStatus decode_index_entry(std::string_view key, std::string_view stored,
                                              UserIndexEntry& entry) noexcept;

}  // namespace tokenstore::codec
