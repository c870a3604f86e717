// Identifiers: token hashes and the UUIDs of tokens, families and users, each a type of its own so that they cannot be
// mixed up. Plain values: copyable, comparable, hashable, free of resources; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include <tokenstore/clock.hpp>
#include <tokenstore/error.hpp>

namespace tokenstore {

/// SHA-256 of a raw token's bytes. Made by hash_token(), or parsed from 64 hex digits.
struct TokenHash {
    std::array<std::uint8_t, 32> bytes{};

    friend auto operator<=>(const TokenHash&, const TokenHash&) = default;
};

/// A UUID (RFC 9562) with a meaning. Bytes are in network order, so ids of version 7 sort by time.
template <class Tag>
struct Id {
    std::array<std::uint8_t, 16> bytes{};

    friend auto operator<=>(const Id&, const Id&) = default;
};

using TokenId = Id<struct TokenTag>;    ///< one stored token's row id
using FamilyId = Id<struct FamilyTag>;  ///< one login and everything rotated from it
using UserId = Id<struct UserTag>;      ///< the owner of families

/// 64 lower-case hex digits.
[[nodiscard]] std::string to_hex(const TokenHash& hash);

/// The same behind a text: for whoever writes a million.
void append_hex(std::string& text, const TokenHash& hash);

/// Reads 64 hex digits of either case. Error: malformed_hash.
[[nodiscard]] Result<TokenHash> parse_token_hash(std::string_view hex);

/// The canonical text of a UUID, lower case: 8-4-4-4-12.
template <class Tag>
[[nodiscard]] std::string to_string(const Id<Tag>& id);

/// The same behind a text.
template <class Tag>
void append_id(std::string& text, const Id<Tag>& id);

/// Reads the canonical text of a UUID, either case, nothing around it. Error: malformed_id.
template <class IdType>
[[nodiscard]] Result<IdType> parse_id(std::string_view text);

/// A new random UUID of version 7 for the given time, by default the system's. Error: random_unavailable;
/// time_out_of_range before 1970.
template <class IdType>
[[nodiscard]] Result<IdType> generate_id(std::int64_t now_us = system_clock().wall_us());

}  // namespace tokenstore

template <>
struct std::hash<tokenstore::TokenHash> {
    // The bytes are a digest: any eight of them are a good hash.
    std::size_t operator()(const tokenstore::TokenHash& key) const noexcept {
        std::size_t word = 0;
        std::memcpy(&word, key.bytes.data(), sizeof word);
        return word;
    }
};

template <class Tag>
struct std::hash<tokenstore::Id<Tag>> {
    std::size_t operator()(const tokenstore::Id<Tag>& id) const noexcept {
        return std::hash<std::string_view>{}(
            std::string_view(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()));
    }
};
