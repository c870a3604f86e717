// What was measured: samples of one round, and the series of all rounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/latency_histogram.hpp"

namespace tokenstore::bench {

struct Sample {
    double operations_per_second = 0;
    LatencyHistogram latencies;
};

/// What tells one figure from another.
struct Figure {
    std::string workload;
    std::string participant;
    std::string durability;  ///< "synced", "buffered", or "both" for what writes nothing
    std::size_t clients = 1;
    std::size_t size = 0;  ///< tokens that one operation ends; 0 where that means nothing

    friend auto operator<=>(const Figure&, const Figure&) = default;
};

struct Series {
    std::vector<double> operations_per_second;  ///< one for each round
    LatencyHistogram latencies;                 ///< of all rounds
    bool open_loop = false;                     ///< latencies are from the intended start, at half the closed rate

    void add(const Sample& sample) {
        operations_per_second.push_back(sample.operations_per_second);
        latencies.add(sample.latencies);
    }
};

/// What a loaded participant occupies.
struct Footprint {
    std::string participant;
    std::string engine;
    std::string configuration;
    std::string durability;
    double bytes_per_token = 0;
    double resident_bytes_per_token = 0;
    double written_bytes_per_token = 0;  ///< while it was loaded and brought into the form in which it is kept
    double load_seconds = 0;
    double reopen_ms = 0;
};

/// The middle value; of an even number, the lower of the two in the middle. Not for none.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace tokenstore::bench
