#include "ratios.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <string_view>

namespace tokenstore::bench {

namespace {

struct Promise {
    std::string_view what;
    std::string measured;
    std::string base;
    double at_most;
};

const std::vector<Promise>& promises() {
    static const std::vector<Promise> all{
        {"look-up of a stored token / bare Get", "look_up_stored_tokenstore", "look_up_stored_bare", 1.6},
        {"look-up of an unknown token / bare miss", "look_up_unknown_tokenstore", "look_up_unknown_bare", 2.0},
        {"validate from the cache / bare Get", "validate_hot_tokenstore/threads:1", "look_up_stored_bare", 0.125},
        {"validate from the cache / hash table", "validate_hot_tokenstore/threads:1",
         "validate_hot_hash_table/threads:1", 2.0},
        {"validate, two threads / one", "validate_hot_tokenstore/threads:2", "validate_hot_tokenstore/threads:1", 1.11},
        {"validate, not in the cache / bare Get", "validate_missed_tokenstore", "look_up_stored_bare", 1.3},
        {"validate, unknown token / bare miss", "validate_unknown_tokenstore", "look_up_unknown_bare", 1.2},
        {"rotate, buffered / bare batch", "rotate_buffered_tokenstore", "rotate_buffered_bare", 1.3},
        {"rotate, synced / bare batch", "rotate_synced_tokenstore/real_time", "rotate_synced_bare/real_time", 1.2},
        {"end a family of 100,000 / of 1, no count", "end_family_uncounted/100000", "end_family_uncounted/1", 2.0},
        {"end a user with 100,000 / with 1, no count", "end_user_uncounted/100000", "end_user_uncounted/1", 2.0},
        {"end a family rotated 100,000 times / once, counted", "end_rotated_family_counted/100000/iterations:3",
         "end_rotated_family_counted/1/iterations:3", 2.0},
    };
    return all;
}

}  // namespace

void CollectingReporter::ReportRuns(const std::vector<Run>& runs) {
    for (const auto& run : runs) {
        if (run.run_type != Run::RT_Iteration || run.error_occurred || run.iterations == 0) continue;
        // Where a disk is waited for, real time; otherwise the thread's own time, which a busy machine disturbs less.
        const bool waits = run.benchmark_name().find("real_time") != std::string::npos;
        const auto seconds = waits ? run.real_accumulated_time : run.cpu_accumulated_time;
        times_ns_[run.benchmark_name()].push_back(seconds / static_cast<double>(run.iterations) * 1e9);
    }
    ConsoleReporter::ReportRuns(runs);
}

double CollectingReporter::median_ns(const std::string& benchmark) const {
    std::vector<double> times;
    for (const auto& [name, values] : times_ns_) {
        // Repetitions add "/repeats:N" to the name.
        if (name == benchmark || name.starts_with(benchmark + "/repeats:")) {
            times.insert(times.end(), values.begin(), values.end());
        }
    }
    if (times.empty()) return 0;
    std::sort(times.begin(), times.end());
    const auto middle = times.size() / 2;
    return times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
}

void print_ratios(std::ostream& out, const CollectingReporter& reporter) {
    out << '\n'
        << std::left << std::setw(54) << "ratio (medians of this run)" << std::right << std::setw(12) << "ns"
        << std::setw(12) << "base ns" << std::setw(8) << "ratio" << std::setw(9) << "at most" << '\n'
        << std::fixed;
    for (const auto& promise : promises()) {
        const auto measured = reporter.median_ns(promise.measured);
        const auto base = reporter.median_ns(promise.base);
        if (measured <= 0 || base <= 0) {
            out << std::left << std::setw(54) << promise.what << std::right << "  not measured\n";
            continue;
        }
        out << std::left << std::setw(54) << promise.what << std::right << std::setprecision(0) << std::setw(12)
            << measured << std::setw(12) << base << std::setprecision(2) << std::setw(8) << measured / base
            << std::setw(9) << promise.at_most << (measured / base > promise.at_most ? "  missed" : "") << '\n';
    }
    const auto user_ns = reporter.median_ns("end_user_counted/100000/iterations:5");
    if (user_ns > 0) {
        out << std::left << std::setw(54) << "end a user with 100,000 sessions, counted: ms, at most 100" << std::right
            << std::setprecision(1) << std::setw(12) << user_ns / 1e6 << (user_ns > 100e6 ? "  missed" : "") << '\n';
    }
}

}  // namespace tokenstore::bench
