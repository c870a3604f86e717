// The keys of all column families.
//
//     tokens       token hash (32)
//     by_family    family id (16) | chain id (16), every bit of it inverted
//     by_user      user id (16) | chain id (16), every bit of it inverted
//     revocations  'F' | family id (16)                    the family's end
//                  'U' | user id (16)                      the user's end
//                  'L' | user id (16) | family id (16)     the same family's end, for listing the user's sessions
//     default      plain names, see meta_record.hpp
//
// The chain id is the id of the token that began the chain, a UUIDv7. Inverted, the entries of one family or user lie
// with the newest login first, which is how they are listed: the engine reads forward at twice the speed of backward.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <tokenstore/ids.hpp>

namespace tokenstore::codec {

inline constexpr std::size_t id_bytes = 16;

/// The by_family and by_user prefix extractor covers the first id; the one of revocations the kind and the first id.
inline constexpr std::size_t index_prefix_bytes = id_bytes;
inline constexpr std::size_t revocation_prefix_bytes = 1 + id_bytes;

/// Bytes of a fixed size that can be looked at as a key.
template <std::size_t N>
struct FixedKey {
    std::array<char, N> bytes{};

    [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
};

[[nodiscard]] inline std::string_view token_key(const TokenHash& hash) noexcept {
    return {reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()};
}

template <class Tag>
[[nodiscard]] std::string_view id_view(const Id<Tag>& id) noexcept {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

/// by_family and by_user alike.
template <class Tag>
[[nodiscard]] FixedKey<32> index_key(const Id<Tag>& owner, const TokenId& chain) noexcept {
    FixedKey<32> key;
    std::memcpy(key.bytes.data(), owner.bytes.data(), id_bytes);
    std::transform(chain.bytes.begin(), chain.bytes.end(), key.bytes.begin() + id_bytes,
                   [](std::uint8_t byte) { return static_cast<char>(~byte); });
    return key;
}

/// Reads the chain id of an index key; nothing for a key of another length.
[[nodiscard]] inline std::optional<TokenId> chain_of_index_key(std::string_view key) noexcept {
    if (key.size() != 2 * id_bytes) return std::nullopt;
    TokenId chain;
    std::transform(key.begin() + id_bytes, key.end(), chain.bytes.begin(),
                   [](char byte) { return static_cast<std::uint8_t>(~byte); });
    return chain;
}

[[nodiscard]] inline FixedKey<17> family_end_key(const FamilyId& family) noexcept {
    FixedKey<17> key;
    key.bytes[0] = 'F';
    std::memcpy(key.bytes.data() + 1, family.bytes.data(), id_bytes);
    return key;
}

[[nodiscard]] inline FixedKey<17> user_end_key(const UserId& user) noexcept {
    FixedKey<17> key;
    key.bytes[0] = 'U';
    std::memcpy(key.bytes.data() + 1, user.bytes.data(), id_bytes);
    return key;
}

[[nodiscard]] inline bool is_family_end_key(std::string_view key) noexcept {
    return key.size() == revocation_prefix_bytes && key.front() == 'F';
}

/// The common prefix of all ended_family_key()s of a user.
[[nodiscard]] inline FixedKey<17> ended_families_prefix(const UserId& user) noexcept {
    FixedKey<17> key;
    key.bytes[0] = 'L';
    std::memcpy(key.bytes.data() + 1, user.bytes.data(), id_bytes);
    return key;
}

[[nodiscard]] inline FixedKey<33> ended_family_key(const UserId& user, const FamilyId& family) noexcept {
    FixedKey<33> key;
    key.bytes[0] = 'L';
    std::memcpy(key.bytes.data() + 1, user.bytes.data(), id_bytes);
    std::memcpy(key.bytes.data() + 1 + id_bytes, family.bytes.data(), id_bytes);
    return key;
}

/// Reads an id that ends a key of exactly `key_bytes` bytes; nothing for a key of another length.
template <class IdType>
[[nodiscard]] std::optional<IdType> trailing_id(std::string_view key, std::size_t key_bytes) noexcept {
    if (key.size() != key_bytes || key_bytes < id_bytes) return std::nullopt;
    IdType id;
    std::memcpy(id.bytes.data(), key.data() + key_bytes - id_bytes, id_bytes);
    return id;
}

/// Reads the id that begins an index key; nothing for a key of another length.
template <class IdType>
[[nodiscard]] std::optional<IdType> leading_id(std::string_view key) noexcept {
    if (key.size() != 2 * id_bytes) return std::nullopt;
    IdType id;
    std::memcpy(id.bytes.data(), key.data(), id_bytes);
    return id;
}

/// A tokens key back into a hash; nothing for a key of another length.
[[nodiscard]] inline std::optional<TokenHash> parse_token_key(std::string_view key) noexcept {
    TokenHash hash;
    if (key.size() != hash.bytes.size()) return std::nullopt;
    std::memcpy(hash.bytes.data(), key.data(), key.size());
    return hash;
}

}  // namespace tokenstore::codec
