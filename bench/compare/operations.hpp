// The operations of the workloads that many clients repeat: look-ups and changes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compare/contestant.hpp"
#include "compare/load_generator.hpp"

namespace tokenstore::bench {

/// The stored tokens, and which of them are hot. One for all participants.
struct StoredTokens {
    std::size_t count = 0;
    std::vector<std::uint32_t> hot;  ///< their numbers by Zipf's law

    StoredTokens(std::size_t tokens, std::uint64_t seed);
};

/// What it takes to draw a hot token and make its hash: part of each look-up's figure, the same for all.
[[nodiscard]] double nanoseconds_of_a_request(const StoredTokens& stored);

/// Stores what the workloads look up and rotate, beside the stored tokens.
void prepare_look_ups(Contestant& contestant);
void prepare_changes(Contestant& contestant, std::size_t tokens);

/// The next operations of each client, for the workloads of the shapes look_ups and changes. An operation that is
/// answered wrongly throws.
[[nodiscard]] std::vector<Operation> operations_of(std::string_view workload, Contestant& contestant,
                                                   std::size_t clients, const StoredTokens& stored, std::uint64_t seed);

}  // namespace tokenstore::bench
