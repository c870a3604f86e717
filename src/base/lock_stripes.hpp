// A fixed set of mutexes that stands for an unbounded set of users and families.
//
// What is to be locked hashes to a stripe. A thread takes all the stripes that it needs in one call, which locks them
// in ascending order; as long as nobody asks for a second guard while holding one, no deadlock is possible. Unrelated
// things may share a stripe: that costs waiting, never correctness.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/cache_line.hpp"

namespace tokenstore::base {

class LockStripes {
    // An operation locks a user and a family, at times twice: up to four stripes need no heap.
    using Mutexes = boost::container::small_vector<std::mutex*, 4>;

public:
    /// Locked stripes, unlocked in reverse order on destruction by the thread that locked them.
    class [[nodiscard]] Guard {
    public:
        Guard() noexcept = default;
        Guard(Guard&& other) noexcept;
        Guard& operator=(Guard&& other) noexcept;
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() { unlock(); }

        /// Unlocks early.
        void unlock() noexcept;

    private:
        friend class LockStripes;
        explicit Guard(Mutexes&& mutexes);

        Mutexes locked_;
    };

    /// `stripes` is a power of two. Each takes one cache line: 256 KiB for the default.
    explicit LockStripes(std::size_t stripes = 4096);

    /// The stripe of a thing; `kind_seed` keeps things of different kinds with the same bytes apart. Any thread.
    [[nodiscard]] std::size_t stripe_of(std::string_view bytes, std::uint64_t kind_seed) const noexcept;

    /// Locks the stripes, in any order, repeated or not. Any thread that holds no guard of these stripes.
    Guard lock(std::initializer_list<std::size_t> stripes);
    Guard lock(const std::vector<std::size_t>& stripes);

private:
    struct alignas(cache_line_bytes) Stripe {
        std::mutex mutex;
    };

    Guard lock_all(std::span<const std::size_t> stripes);

    std::size_t mask_;
    std::vector<Stripe> stripes_;
};

}  // namespace tokenstore::base
