// A small store that was lived in, the same in every run but for the ids that the library draws for tokens.
#pragma once

#include <filesystem>

#include "support/token_builders.hpp"

namespace tokenstore::tool::test {

/// Two days after it was begun; the last moment at which anything was done to it.
inline constexpr std::int64_t lived_until_us =
    tokenstore::test::ManualClock::first_wall_us + 2 * tokenstore::test::day_us;

/// Families, by number:
///
///     1  rotated three times, live; its user has another live session, of family 6
///     2  rotated twice, then the first token was presented again: reuse
///     3  rotated twice, live; its first token has expired and was removed
///     4  revoked as a whole
///     5  one token, whose device name would take over a terminal
///     6  one token that was never rotated
///
/// Family n belongs to user n, and its tokens have the hashes 10 n, 10 n + 1 ...; family 6 belongs to user 1.
void make_lived_in_store(const std::filesystem::path& directory);

}  // namespace tokenstore::tool::test
