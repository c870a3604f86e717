// Hashing: the SHA-256 of a presented token, with the digest fetched once and a context for each thread, and the XXH3
// that finds a bit of a filter.
#include <array>
#include <cstdint>
#include <string_view>

#include <benchmark/benchmark.h>

#include "base/sha256.hpp"
#include "codec/keys.hpp"
#include "storage/possible_ends.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

constexpr std::string_view presented =
    "dGhlIHRva2VuIHRoYXQgYSBjbGllbnQgcHJlc2VudHM";  // 43 characters, as a raw token has

void sha256_of_raw_token(benchmark::State& state) {
    std::array<std::uint8_t, 32> digest{};
    for (auto _ : state) {
        base::sha256(presented, digest);
        benchmark::DoNotOptimize(digest);
    }
}
BENCHMARK(sha256_of_raw_token)->ThreadRange(1, 2);

/// Whether a user may have an end: XXH3 of the id, and one bit.
void look_for_possible_end(benchmark::State& state) {
    storage::PossibleEnds ends;
    for (std::uint64_t i = 0; i < 100'000; ++i) ends.add(codec::id_view(user_of(5 * i)));
    std::uint64_t i = 500'000;
    for (auto _ : state) {
        benchmark::DoNotOptimize(ends.contains(codec::id_view(user_of(i))));
        i += 5;
    }
}
BENCHMARK(look_for_possible_end);

}  // namespace

}  // namespace tokenstore::bench
