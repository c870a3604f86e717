// Whether all participants answer alike: nothing is timed before they do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compare/participant.hpp"

namespace tokenstore::bench {

/// The answers to a script of operations that depends on the seed alone, one line each. What participants may answer
/// differently is left out: ids, times, and whether an expired token is still known.
[[nodiscard]] std::vector<std::string> answers_to_script(Client& client, std::uint64_t seed, std::size_t steps);

/// The first line in which the answers differ, as a message; empty if none does.
[[nodiscard]] std::string first_difference(const std::vector<std::string>& expected,
                                           const std::vector<std::string>& actual);

}  // namespace tokenstore::bench
