// validate: a token in the cache, one that the engine has to be asked about, an unknown and a dead one; beside a hash
// table behind a lock, which holds nothing durable, and a bare Get.
#include <array>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include <benchmark/benchmark.h>

#include "codec/keys.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

// A stride that is coprime to the size visits all tokens in an order without locality.
constexpr std::uint64_t stride = 7'368'787;

/// Where the threads of one benchmark begin: far from each other.
std::uint64_t first_of(const benchmark::State& state) {
    return static_cast<std::uint64_t>(state.thread_index()) * (stride / 2);
}

/// All tokens of the workload are in the cache.
Workload& cached() {
    static Workload& made = [&]() -> Workload& {
        auto& all = workload("look_up");
        for (std::size_t i = 0; i < all.tokens; ++i) static_cast<void>(take(all.store->validate(stored_hash(i))));
        return all;
    }();
    return made;
}

/// The same store with a cache so small that it never knows the token.
Workload& uncached() { return workload("uncached", 64U << 10U); }

void validate_each(benchmark::State& state, const TokenStore& store, std::uint64_t tokens) {
    auto i = first_of(state);
    for (auto _ : state) {
        auto token = store.validate(stored_hash(i % tokens));
        if (!token || !*token) state.SkipWithError("a stored token was not valid");
        benchmark::DoNotOptimize(token);
        i += stride;
    }
}

void validate_hot_tokenstore(benchmark::State& state) { validate_each(state, *cached().store, cached().tokens); }
BENCHMARK(validate_hot_tokenstore)->ThreadRange(1, 2);

void validate_missed_tokenstore(benchmark::State& state) { validate_each(state, *uncached().store, uncached().tokens); }
BENCHMARK(validate_missed_tokenstore);

/// Time per token.
void validate_hot_batch_of_32_tokenstore(benchmark::State& state) {
    auto& store = *cached().store;
    auto i = first_of(state);
    std::array<TokenHash, 32> hashes;
    for (auto _ : state) {
        for (auto& hash : hashes) {
            hash = stored_hash(i % cached().tokens);
            i += stride;
        }
        auto tokens = store.validate_many(hashes);
        if (!tokens || !tokens->front()) state.SkipWithError("a stored token was not valid");
        benchmark::DoNotOptimize(tokens);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(hashes.size()));
}
BENCHMARK(validate_hot_batch_of_32_tokenstore);

void validate_unknown_tokenstore(benchmark::State& state) {
    auto& store = *cached().store;
    auto i = first_of(state);
    for (auto _ : state) {
        auto token = store.validate(unknown_hash(i));
        if (!token || *token) state.SkipWithError("an unknown token was valid");
        i += stride;
    }
}
BENCHMARK(validate_unknown_tokenstore);

void validate_dead_tokenstore(benchmark::State& state) {
    auto& store = *cached().store;
    static const TokenHash dead = [&store] {
        const auto hash = fresh_hash();
        take(store.create_token(new_token(hash, user_of(0), take(generate_id<FamilyId>())),
                                Durability::lose_on_power_failure));
        take(store.revoke_token(hash, Durability::lose_on_power_failure));
        return hash;
    }();
    for (auto _ : state) {
        auto token = store.validate(dead);
        if (!token || *token) state.SkipWithError("a dead token was valid");
    }
}
BENCHMARK(validate_dead_tokenstore);

/// A raw token, hashing included.
void validate_presented_tokenstore(benchmark::State& state) {
    auto& store = *cached().store;
    static const RawToken raw = [&store] {
        auto made = take(generate_token());
        take(store.create_token(new_token(hash_token(made), user_of(0), take(generate_id<FamilyId>())),
                                Durability::lose_on_power_failure));
        return made;
    }();
    for (auto _ : state) {
        auto token = store.validate_presented(raw.reveal());
        if (!token || !*token) state.SkipWithError("a stored token was not valid");
        benchmark::DoNotOptimize(token);
    }
}
BENCHMARK(validate_presented_tokenstore);

struct HashTable {
    std::unordered_map<TokenHash, ValidToken> tokens;
    mutable std::shared_mutex mutex;
};

void validate_hot_hash_table(benchmark::State& state) {
    static const HashTable& table = []() -> const HashTable& {
        auto& made = *new HashTable;
        for (std::size_t i = 0; i < cached().tokens; ++i) {
            const auto hash = stored_hash(i);
            made.tokens.emplace(hash, *take(cached().store->validate(hash)));
        }
        return made;
    }();
    const auto& clock = system_clock();
    auto i = first_of(state);
    for (auto _ : state) {
        const auto hash = stored_hash(i % cached().tokens);
        const std::shared_lock lock(table.mutex);
        const auto found = table.tokens.find(hash);
        const bool is_valid = found != table.tokens.end() && found->second.expires_at_us > clock.wall_us();
        if (!is_valid) state.SkipWithError("a stored token was not valid");
        auto token = found->second;
        benchmark::DoNotOptimize(token);
        i += stride;
    }
}
BENCHMARK(validate_hot_hash_table)->ThreadRange(1, 2);

}  // namespace

}  // namespace tokenstore::bench
