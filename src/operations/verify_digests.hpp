// What a verification remembers of records: digests of a few bytes, and how they are made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include <tokenstore/token.hpp>

#include "base/xxh3.hpp"
#include "codec/keys.hpp"
#include "codec/seal.hpp"

namespace tokenstore::operations {

[[nodiscard]] inline std::uint64_t leading_word(std::string_view bytes) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    return word;
}

[[nodiscard]] inline std::uint64_t digest(std::string_view bytes) noexcept { return base::xxh3_64(bytes); }

/// A hash is a digest already: its first eight bytes, as a number of the same order.
[[nodiscard]] inline std::uint64_t digest(const TokenHash& hash) noexcept {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8U | hash.bytes[i];
    return number;
}

/// The first hash with this digest.
[[nodiscard]] inline TokenHash first_hash(std::uint64_t digest) noexcept {
    TokenHash hash;
    for (std::size_t i = sizeof digest; i-- > 0; digest >>= 8U) hash.bytes[i] = static_cast<std::uint8_t>(digest);
    return hash;
}

/// Each record ends in a checksum that is bound to its key: so it tells key and value from all others.
[[nodiscard]] inline std::uint64_t record_digest(std::string_view stored) noexcept {
    return leading_word(stored.substr(stored.size() - codec::checksum_bytes));
}

/// Chain, family and user.
[[nodiscard]] inline std::uint64_t lineage_digest(const Token& token) noexcept {
    const auto chain = base::xxh3_64(codec::id_view(token.chain_id));
    return base::xxh3_64(codec::id_view(token.user_id), base::xxh3_64(codec::id_view(token.family_id), chain));
}

/// The live tip of a chain, as one of the two indexes has to tell of it.
struct ExpectedEntry {
    std::uint64_t entry;  // the digest of the entry
    std::uint64_t token;  // the digest of the tip's hash
    bool seen = false;
};

/// What a token says of its neighbour in the chain: who names whom, and what both have to agree on.
struct LineageClaim {
    std::uint64_t target;    // the digest of the neighbour's hash
    std::uint64_t claimant;  // the digest of the token's own
    std::uint64_t lineage;   // of the chain, its family and its user
    std::int64_t moment_us;  // at which the one was consumed and the other made
    bool target_is_successor;
};

struct KnownEnd {
    std::uint64_t owner;    // the digest of the family's or user's id
    std::int64_t stamp_us;  // of a user's end; covers_all for a family's
    std::int64_t keep_until_us;
};

inline constexpr auto covers_all = std::numeric_limits<std::int64_t>::max();

/// Precondition: sorted by their owners.
[[nodiscard]] inline const KnownEnd* find_end(const std::vector<KnownEnd>& ends, std::uint64_t owner) {
    const auto found = std::ranges::lower_bound(ends, owner, {}, &KnownEnd::owner);
    return found != ends.end() && found->owner == owner ? &*found : nullptr;
}

}  // namespace tokenstore::operations
