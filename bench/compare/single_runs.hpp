// The workloads that use up what is made for them: races, ends, the clean-up. Each call is one sample.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "compare/contestant.hpp"
#include "compare/load_generator.hpp"
#include "compare/measurement.hpp"

namespace tokenstore::bench {

/// Rotates one token from all clients at once, again and again.
[[nodiscard]] Sample run_race(Contestant& contestant, std::size_t clients, std::size_t races);

/// Ends families or users of `size` tokens each, made for it beforehand.
[[nodiscard]] Sample run_ends(std::string_view workload, Contestant& contestant, std::size_t size);

/// Removes expired tokens, stored for it beforehand: a tenth of all. Nothing where they go by themselves, and for whom
/// the origin's way is not asked.
[[nodiscard]] std::optional<Sample> run_clean_up(bool as_the_origin, Contestant& contestant, std::size_t tokens);

/// Rotates at a low, constant rate: while such a clean-up runs, or else for `undisturbed`. Nothing where expired tokens
/// go by themselves.
[[nodiscard]] std::optional<Sample> run_beside_clean_up(bool cleans_up, Contestant& contestant, std::size_t tokens,
                                                        const Operation& rotate, std::chrono::milliseconds undisturbed);

}  // namespace tokenstore::bench
