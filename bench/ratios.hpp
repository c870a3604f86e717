// The ratios that the store promises to keep, computed from one run.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace tokenstore::bench {

/// Prints as Google Benchmark does, and keeps each benchmark's times per iteration.
class CollectingReporter : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override;

    /// Median over the repetitions of the time per iteration, in nanoseconds; 0 if it was not run.
    [[nodiscard]] double median_ns(const std::string& benchmark) const;

private:
    std::map<std::string, std::vector<double>> times_ns_;
};

/// One line for each promise whose benchmarks were run.
void print_ratios(std::ostream& out, const CollectingReporter& reporter);

}  // namespace tokenstore::bench
