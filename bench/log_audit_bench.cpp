// Proving the log whole, which every opening of a store begins with: the time grows with the log, so the rate counts.
#include <filesystem>

#include <benchmark/benchmark.h>

#include "storage/high_water_mark.hpp"
#include "storage/log_audit.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t log_bytes = 16U << 20U;

std::uint64_t log_bytes_in(const fs::path& directory) {
    std::uint64_t total = 0;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() == ".log") total += entry.file_size();
    }
    return total;
}

/// A store, and in its log a login after the other.
fs::path make_store_with_log() {
    const auto directory = workload("look_up").folder.parent_path() / "log_audit";
    auto options = bench_options();
    options.write_buffer_bytes = 16 * log_bytes;  // nothing is flushed
    auto store = take(TokenStore::open(directory, options));
    while (log_bytes_in(directory) < log_bytes) {
        for (int i = 0; i < 1'000; ++i) {
            const auto user = take(generate_id<UserId>(system_clock().wall_us()));
            const auto family = take(generate_id<FamilyId>(system_clock().wall_us()));
            take(store.create_token(new_token(fresh_hash(), user, family), Durability::lose_on_power_failure));
        }
    }
    take(store.close());
    return directory;
}

void audit_log(benchmark::State& state) {
    static const auto directory = make_store_with_log();
    const auto host = storage::current_host();
    const auto mark = take(storage::read_high_water(host, directory));
    const auto manifest = take(storage::read_manifest(host, directory));
    for (auto _ : state) {
        if (take(storage::audit_log(host, directory, manifest, mark)).damage) state.SkipWithError("the log is damaged");
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(log_bytes_in(directory)));
}
BENCHMARK(audit_log)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace tokenstore::bench
