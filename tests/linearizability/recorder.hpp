// Recording a history: several threads call the store at once, mostly about the same tokens of one user or two, while
// another thread lists the users' sessions.
//
// Threads: those that it starts itself; it has joined them when it returns.
#pragma once

#include <cstdint>

#include "linearizability/history.hpp"
#include "support/race_store.hpp"

namespace tokenstore::test {

/// Histories of different numbers share no user, family or token. How many threads, families and calls there are and
/// what the calls are is drawn from the seed; how the threads meet is not.
[[nodiscard]] History record_history(RaceStore& race, std::uint64_t number, std::uint64_t seed);

}  // namespace tokenstore::test
