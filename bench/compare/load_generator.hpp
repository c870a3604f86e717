// Clients at work, one thread each.
//
// A closed loop asks again as soon as it was answered: that gives the throughput. An open loop asks at moments that are
// fixed beforehand and counts the latency from those: a store that stalls makes the requests behind it late, and that
// is seen. (A closed loop would stop asking during a stall, and leave it out of the figures.)
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "compare/latency_histogram.hpp"

namespace tokenstore::bench {

/// One client's next operation.
using Operation = std::function<void()>;

/// Operations per second of all clients together, after a warm-up.
[[nodiscard]] double run_closed_loop(const std::vector<Operation>& clients, std::chrono::milliseconds warm_up,
                                     std::chrono::milliseconds duration);

/// Latencies at a constant rate, shared evenly among the clients.
[[nodiscard]] LatencyHistogram run_open_loop(const std::vector<Operation>& clients, double operations_per_second,
                                             std::chrono::milliseconds duration);

/// Latencies of one client at a constant rate, as long as `goes_on()` says so before an operation.
[[nodiscard]] LatencyHistogram run_open_loop_while(const Operation& operation, double operations_per_second,
                                                   const std::function<bool()>& goes_on);

/// Runs one function for each client at once and waits for all; throws what one of them threw.
void run_at_once(std::size_t clients, const std::function<void(std::size_t)>& work);

}  // namespace tokenstore::bench
