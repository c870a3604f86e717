// What is measured, by name: what a gateway asks of its token store.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "compare/contestant.hpp"
#include "compare/load_generator.hpp"
#include "compare/measurement.hpp"

namespace tokenstore::bench {

/// How a workload is run.
enum class WorkloadShape {
    look_ups,  ///< many clients; changes nothing, so it belongs to both durability classes
    changes,   ///< many clients
    race,      ///< many clients on one token at the same moment
    ends,      ///< one client; once for each size of what is ended
    clean_up,  ///< one client
};

struct Workload {
    std::string_view name;
    WorkloadShape shape;
};

inline constexpr std::array<Workload, 13> workloads{{
    {"validate_hot", WorkloadShape::look_ups},      // stored tokens by Zipf's law with exponent 0.99
    {"validate_uniform", WorkloadShape::look_ups},  // each stored token as often as any other
    {"validate_unknown", WorkloadShape::look_ups},
    {"validate_revoked", WorkloadShape::look_ups},
    {"sessions", WorkloadShape::look_ups},  // of users with five tokens
    {"rotate", WorkloadShape::changes},
    {"create", WorkloadShape::changes},
    {"gateway_mix", WorkloadShape::changes},  // 90 % validate, 6 % rotate, 2 % create, 1 % revoke, 1 % sessions
    {"race", WorkloadShape::race},
    {"revoke_family", WorkloadShape::ends},
    {"revoke_user", WorkloadShape::ends},
    {"revoke_user_counted", WorkloadShape::ends},
    {"cleanup", WorkloadShape::clean_up},  // 10 % of the tokens have expired
}};

/// The stored tokens, and which of them are hot. One for all participants.
struct StoredTokens {
    std::size_t count = 0;
    std::vector<std::uint32_t> hot;  ///< their numbers by Zipf's law

    StoredTokens(std::size_t count, std::uint64_t seed);
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

/// Rotates one token from all clients at once, again and again.
[[nodiscard]] Sample run_race(Contestant& contestant, std::size_t clients, std::size_t races);

/// Ends families or users of `size` tokens each, made for it beforehand.
[[nodiscard]] Sample run_ends(std::string_view workload, Contestant& contestant, std::size_t size);

/// Removes expired tokens, stored for it beforehand: a tenth of all. Nothing where they go by themselves.
[[nodiscard]] std::optional<Sample> run_clean_up(Contestant& contestant, std::size_t tokens);

}  // namespace tokenstore::bench
