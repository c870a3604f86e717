// The validity cache by itself, beside the engine's two caches holding the same entries: what a hit costs.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include <benchmark/benchmark.h>
#include <rocksdb/cache.h>

#include "operations/validity_cache.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

constexpr std::size_t cache_bytes = 256U << 20U;
constexpr std::uint64_t entries = 400'000;
constexpr std::uint64_t stride = 7'368'787;

ValidToken token_of(std::uint64_t i) {
    ValidToken token;
    token.user_id = user_of(i);
    token.family_id.bytes = user_of(entries + 5 * i).bytes;
    token.expires_at_us = year_us;
    return token;
}

std::uint64_t first_of(const benchmark::State& state) {
    return static_cast<std::uint64_t>(state.thread_index()) * (stride / 2);
}

void cache_hit_validity_cache(benchmark::State& state) {
    static operations::ValidityCache& cache = []() -> operations::ValidityCache& {
        auto& made = *new operations::ValidityCache(cache_bytes, std::make_shared<expiry::ReclaimState>());
        for (std::uint64_t i = 0; i < entries; ++i) {
            const auto hash = stored_hash(i);
            const auto token = token_of(i);
            auto filling = made.begin_filling(hash);
            filling.note_owner(token.family_id, token.user_id);
            filling.keep_valid(token);
        }
        return made;
    }();
    auto i = first_of(state);
    std::uint64_t misses = 0;
    for (auto _ : state) {
        ValidToken token;
        if (cache.find(stored_hash(i % entries), 1, token) != operations::ValidityCache::Verdict::valid) ++misses;
        benchmark::DoNotOptimize(token);
        i += stride;
    }
    state.counters["misses"] = benchmark::Counter(static_cast<double>(misses), benchmark::Counter::kAvgIterations);
}
BENCHMARK(cache_hit_validity_cache)->ThreadRange(1, 2);

/// What an entry would be in a cache of the engine's: found by half of its hash, the whole compared.
struct EngineEntry {
    TokenHash hash;
    ValidToken token;
    std::uint64_t owner_changes = 0;
};

/// The engine's clock cache takes keys of 16 bytes only.
rocksdb::Slice key_of(const TokenHash& hash) { return {reinterpret_cast<const char*>(hash.bytes.data()), 16}; }

void fill(rocksdb::Cache& cache) {
    for (std::uint64_t i = 0; i < entries; ++i) {
        const auto hash = stored_hash(i);
        auto entry = std::make_unique<EngineEntry>(EngineEntry{hash, token_of(i)});
        const auto status =
            cache.Insert(key_of(hash), entry.get(), sizeof(EngineEntry),
                         [](const rocksdb::Slice&, void* value) { delete static_cast<EngineEntry*>(value); });
        if (status.ok()) static_cast<void>(entry.release());
    }
}

void hit(benchmark::State& state, rocksdb::Cache& cache) {
    auto i = first_of(state);
    std::uint64_t misses = 0;
    for (auto _ : state) {
        const auto hash = stored_hash(i % entries);
        auto* const handle = cache.Lookup(key_of(hash));
        i += stride;
        if (handle == nullptr) {
            ++misses;
            continue;
        }
        const auto& entry = *static_cast<const EngineEntry*>(cache.Value(handle));
        if (entry.hash != hash) state.SkipWithError("another token was found");
        ValidToken token = entry.token;
        benchmark::DoNotOptimize(token);
        cache.Release(handle);
    }
    state.counters["misses"] = benchmark::Counter(static_cast<double>(misses), benchmark::Counter::kAvgIterations);
}

void cache_hit_engine_lru(benchmark::State& state) {
    static const auto cache = [] {
        auto made = rocksdb::NewLRUCache(cache_bytes);
        fill(*made);
        return made;
    }();
    hit(state, *cache);
}
BENCHMARK(cache_hit_engine_lru)->ThreadRange(1, 2);

void cache_hit_engine_clock(benchmark::State& state) {
    static const auto cache = [] {
        auto made = rocksdb::HyperClockCacheOptions(cache_bytes, sizeof(EngineEntry)).MakeSharedCache();
        fill(*made);
        return made;
    }();
    hit(state, *cache);
}
BENCHMARK(cache_hit_engine_clock)->ThreadRange(1, 2);

}  // namespace

}  // namespace tokenstore::bench
