// The tokens that the comparison works on. Each is a function of its kind and number, so that nothing has to be
// remembered: the same in every run and for every participant.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tokenstore/token.hpp>

namespace tokenstore::bench {

/// Kinds do not meet: what one workload changes no other one looks at.
enum class TokenKind : std::uint8_t {
    stored = 1,  ///< there from the beginning to the end, looked up and listed
    revoked,     ///< of families that were ended before anything was timed
    rotating,    ///< heads of chains that are rotated on and on
    fresh,       ///< stored by what is timed
    unknown,     ///< never stored
    raced,       ///< rotated by many clients at once
    ended,       ///< in families and of users that are ended
    expired,     ///< removed by the clean-up
};

inline constexpr std::uint64_t tokens_of_a_user = 5;

/// How many are asked for: more than a user has.
inline constexpr std::size_t sessions_of_a_page = 50;

[[nodiscard]] TokenHash hash_of(TokenKind kind, std::uint64_t number);

/// Every five tokens of a kind have one user.
[[nodiscard]] UserId user_of(TokenKind kind, std::uint64_t number);
[[nodiscard]] FamilyId family_of(TokenKind kind, std::uint64_t number);

/// A token in a family of its own, with the texts of an ordinary device; lives for a year.
[[nodiscard]] NewToken token_of(TokenKind kind, std::uint64_t number);

/// What a token of any kind is rotated to.
[[nodiscard]] Successor successor(const TokenHash& hash);

}  // namespace tokenstore::bench
