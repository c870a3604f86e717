// What is measured, by name: what a gateway asks of its token store.
#pragma once

#include <array>
#include <string_view>

namespace tokenstore::bench {

/// How a workload is run.
enum class WorkloadShape {
    look_ups,         ///< many clients; changes nothing, so it belongs to both durability classes
    changes,          ///< many clients
    race,             ///< many clients on one token at the same moment
    ends,             ///< one client; once for each size of what is ended
    clean_up,         ///< one client
    beside_clean_up,  ///< one client at a low, constant rate, and another that cleans up or does nothing
};

struct Workload {
    std::string_view name;
    WorkloadShape shape;
};

inline constexpr std::array<Workload, 16> workloads{{
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
    {"cleanup", WorkloadShape::clean_up},                       // 10 % of the tokens have expired
    {"cleanup_as_the_origin", WorkloadShape::clean_up},         // all are selected, and each is deleted by itself
    {"rotate_steady", WorkloadShape::beside_clean_up},          // nothing goes on beside it
    {"rotate_during_cleanup", WorkloadShape::beside_clean_up},  // as long as that lasts
}};

}  // namespace tokenstore::bench
