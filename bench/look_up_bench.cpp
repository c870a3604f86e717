// get_valid_by_hash against a bare Get: a stored token, and an unknown one.
#include <array>
#include <vector>

#include <benchmark/benchmark.h>

#include "codec/keys.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

// A stride that is coprime to the size visits all tokens in an order without locality.
constexpr std::uint64_t stride = 7'368'787;

Workload& looked_up() { return workload("look_up"); }

rocksdb::Slice key_of(const TokenHash& hash) {
    const auto key = codec::token_key(hash);
    return {key.data(), key.size()};
}

void look_up_stored_tokenstore(benchmark::State& state) {
    auto& store = *looked_up().store;
    std::uint64_t i = 0;
    for (auto _ : state) {
        auto token = store.get_valid_by_hash(stored_hash(i % looked_up().tokens));
        if (!token || !*token) state.SkipWithError("a stored token was not found");
        benchmark::DoNotOptimize(token);
        i += stride;
    }
}
BENCHMARK(look_up_stored_tokenstore);

void look_up_stored_bare(benchmark::State& state) {
    auto& bare = *looked_up().bare;
    const rocksdb::ReadOptions read;
    std::uint64_t i = 0;
    for (auto _ : state) {
        const auto hash = stored_hash(i % looked_up().tokens);
        rocksdb::PinnableSlice value;
        if (!bare.db->Get(read, bare.tokens, key_of(hash), &value).ok()) state.SkipWithError("a record was not found");
        benchmark::DoNotOptimize(value.data());
        i += stride;
    }
}
BENCHMARK(look_up_stored_bare);

void look_up_unknown_tokenstore(benchmark::State& state) {
    auto& store = *looked_up().store;
    std::uint64_t i = 0;
    for (auto _ : state) {
        auto token = store.get_valid_by_hash(unknown_hash(i));
        if (!token || *token) state.SkipWithError("an unknown token was found");
        i += stride;
    }
}
BENCHMARK(look_up_unknown_tokenstore);

void look_up_unknown_bare(benchmark::State& state) {
    auto& bare = *looked_up().bare;
    const rocksdb::ReadOptions read;
    std::uint64_t i = 0;
    for (auto _ : state) {
        const auto hash = unknown_hash(i);
        rocksdb::PinnableSlice value;
        if (!bare.db->Get(read, bare.tokens, key_of(hash), &value).IsNotFound()) {
            state.SkipWithError("an unknown key was found");
        }
        i += stride;
    }
}
BENCHMARK(look_up_unknown_bare);

constexpr std::size_t batch_size = 32;

/// Time per token, to be compared with look_up_stored_tokenstore.
void look_up_batch_of_32_tokenstore(benchmark::State& state) {
    auto& store = *looked_up().store;
    std::uint64_t i = 0;
    std::array<TokenHash, batch_size> hashes;
    for (auto _ : state) {
        for (auto& hash : hashes) {
            hash = stored_hash(i % looked_up().tokens);
            i += stride;
        }
        auto tokens = store.get_valid_by_hashes(hashes);
        if (!tokens || !tokens->front()) state.SkipWithError("a stored token was not found");
        benchmark::DoNotOptimize(tokens);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_size));
}
BENCHMARK(look_up_batch_of_32_tokenstore);

}  // namespace

}  // namespace tokenstore::bench
