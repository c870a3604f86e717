// The results as files: results.json, an array with one object for each figure, and environment.json with all that a
// reader has to know to judge them. report.py makes pages of both.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "compare/environment.hpp"
#include "compare/measurement.hpp"
#include "compare/settings.hpp"

namespace tokenstore::bench {

struct Results {
    Environment environment;
    double request_ns = 0;  ///< of each look-up, what the harness takes for itself
    std::map<Figure, Series> series;
    std::vector<Footprint> footprints;
};

void write_results(const Results& results, const Settings& settings);

}  // namespace tokenstore::bench
