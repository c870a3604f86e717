// Counters for the hot path: each thread adds to one of a few shards, so that threads do not pass one cache line
// around.
//
// Threads: any. A sum taken while others add is a reading of the moment.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/cache_line.hpp"

namespace tokenstore::base {

/// `Counter` is an enumeration of 0 to Count - 1.
template <class Counter, std::size_t Count>
class ShardedCounters {
public:
    void add(Counter counter, std::uint64_t amount = 1) noexcept {
        shards_[shard()].values[static_cast<std::size_t>(counter)].fetch_add(amount, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t sum(Counter counter) const noexcept {
        std::uint64_t total = 0;
        for (const auto& shard : shards_) {
            total += shard.values[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
        }
        return total;
    }

private:
    static constexpr std::size_t shard_count = 16;

    struct alignas(cache_line_bytes) Shard {
        std::array<std::atomic<std::uint64_t>, Count> values{};
    };

    static std::size_t shard() noexcept {
        static std::atomic<std::size_t> next{0};
        thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % shard_count;
        return mine;
    }

    std::array<Shard, shard_count> shards_;
};

}  // namespace tokenstore::base
