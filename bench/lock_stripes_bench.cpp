// The locks of a rotation: those of user, family and new hash, found by XXH3 and taken in order.
#include <cstdint>

#include <benchmark/benchmark.h>

#include "base/lock_stripes.hpp"
#include "codec/keys.hpp"
#include "workload.hpp"

namespace tokenstore::bench {

namespace {

void lock_and_unlock(benchmark::State& state, bool same_user) {
    static base::LockStripes locks;
    const auto thread = static_cast<std::uint64_t>(state.thread_index());
    for (std::uint64_t i = thread << 32U; auto _ : state) {
        const auto user = user_of(same_user ? 0 : 5 * i);
        const auto hash = stored_hash(i);
        const auto guard =
            locks.lock({locks.stripe_of(codec::id_view(user), 1), locks.stripe_of(codec::id_view(user_of(5 * i)), 2),
                        locks.stripe_of(codec::token_key(hash), 3)});
        benchmark::DoNotOptimize(guard);
        ++i;
    }
}

void lock_stripes_of_strangers(benchmark::State& state) { lock_and_unlock(state, /*same_user=*/false); }
BENCHMARK(lock_stripes_of_strangers)->ThreadRange(1, 2)->UseRealTime();

void lock_stripes_of_one_user(benchmark::State& state) { lock_and_unlock(state, /*same_user=*/true); }
BENCHMARK(lock_stripes_of_one_user)->ThreadRange(1, 2)->UseRealTime();

}  // namespace

}  // namespace tokenstore::bench
