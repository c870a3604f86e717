// Tokens, hashes and ids for tests. What is made from the same number is the same in every run; different numbers give
// different values, and an id of one kind never equals one of another. Pure; any thread.
#pragma once

#include <cstdint>
#include <random>

#include <tokenstore/ids.hpp>
#include <tokenstore/token.hpp>

#include "support/manual_clock.hpp"

namespace tokenstore::test {

inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t minute_us = 60 * second_us;
inline constexpr std::int64_t hour_us = 60 * minute_us;
inline constexpr std::int64_t day_us = 24 * hour_us;
inline constexpr std::int64_t year_us = 365 * day_us;

[[nodiscard]] TokenHash make_hash(std::uint64_t number);
[[nodiscard]] UserId make_user_id(std::uint64_t number);
[[nodiscard]] FamilyId make_family_id(std::uint64_t number);

/// Of version 7 and made one millisecond after that of the number before: they sort by their numbers.
[[nodiscard]] TokenId make_token_id(std::uint64_t number);

/// A token live at ManualClock::first_wall_us and for 30 days from then. It began its chain, its user and family are of
/// the same number, and no optional field is set.
[[nodiscard]] Token make_token(std::uint64_t number = 1);

/// What create_token is given to store make_token(number).
[[nodiscard]] NewToken make_new_token(std::uint64_t number = 1);

/// What rotate_token is given to store a token with make_hash(number), live as make_token is.
[[nodiscard]] Successor make_successor(std::uint64_t number);

/// The token with every optional field set; not one that began its chain.
[[nodiscard]] Token with_all_fields(Token token);

/// Any token that the limits allow to be stored: fields set or not, strings of any length and characters, times that
/// are far from each other.
[[nodiscard]] Token random_token(std::mt19937_64& random);

}  // namespace tokenstore::test
