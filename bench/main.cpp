// Runs the micro-benchmarks on one workload and prints the promised ratios.
//
//     tokenstore_bench [--tokens=N] [--folder=DIR] [Google Benchmark's options]
//
// Repetitions of all benchmarks are interleaved at random, so that a slow spell of the machine hits both sides of a
// ratio. The folder is made, and removed at the end; it decides which disk is measured.
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include <tokenstore/version.hpp>

#include "ratios.hpp"
#include "workload.hpp"

namespace {

struct Arguments {
    std::size_t tokens = 1'000'000;
    std::filesystem::path folder = std::filesystem::current_path();
    std::vector<std::string> rest;
};

Arguments parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument(argv[i]);
        const auto value = argument.substr(std::min(argument.size(), argument.find('=') + 1));
        if (argument.starts_with("--tokens=")) {
            const auto parsed = std::from_chars(value.data(), value.data() + value.size(), arguments.tokens);
            if (parsed.ec != std::errc() || arguments.tokens == 0) {
                std::cerr << "tokenstore_bench: --tokens takes a positive number\n";
                std::exit(5);
            }
        } else if (argument.starts_with("--folder=")) {
            arguments.folder = value;
        } else {
            arguments.rest.emplace_back(argument);
        }
    }
    return arguments;
}

std::size_t resident_bytes() {
    std::size_t total = 0;
    std::size_t resident = 0;
    if (std::FILE* statm = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(statm, "%zu %zu", &total, &resident) != 2) resident = 0;
        std::fclose(statm);
    }
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void print_sizes(const tokenstore::bench::Workload& workload, std::size_t resident_before, std::size_t resident_after) {
    const auto statistics = tokenstore::bench::take(workload.store->statistics());
    const auto per_token = [&](std::uint64_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(workload.tokens);
    };
    std::cout << workload.tokens << " tokens, each a family of its own, five to a user\n"
              << "  disk bytes per token (records and both index entries): " << per_token(statistics.disk_bytes) << '\n'
              << "  memory per token: filters and indexes " << per_token(statistics.table_reader_bytes)
              << ", blocks in the cache " << per_token(statistics.block_cache_bytes)
              << "; growth of this process, holding the data twice: "
              << per_token(resident_after - std::min(resident_before, resident_after)) << "\n\n";
}

}  // namespace

int main(int argc, char** argv) {
    auto arguments = parse(argc, argv);
    // First, so that the user's own options win.
    arguments.rest.insert(arguments.rest.begin() + 1,
                          {"--benchmark_repetitions=5", "--benchmark_enable_random_interleaving=true"});
    std::vector<char*> rest;
    for (auto& argument : arguments.rest) rest.push_back(argument.data());
    int count = static_cast<int>(rest.size());
    benchmark::Initialize(&count, rest.data());
    if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 5;

    std::cout << "tokenstore " << tokenstore::version() << " on " << tokenstore::engine_version() << std::endl;
    const auto before = resident_bytes();
    const auto folder = arguments.folder / ("tokenstore-bench-" + std::to_string(::getpid()));
    tokenstore::bench::set_workload_size(folder, arguments.tokens);
    const auto& first = tokenstore::bench::workload("look_up");
    print_sizes(first, before, resident_bytes());

    tokenstore::bench::CollectingReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    tokenstore::bench::print_ratios(std::cout, reporter);
    tokenstore::bench::drop_workloads();
    std::filesystem::remove_all(folder);
    benchmark::Shutdown();
    return 0;
}
