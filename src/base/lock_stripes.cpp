#include "base/lock_stripes.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <utility>

#include "base/xxh3.hpp"

namespace tokenstore::base {

LockStripes::Guard::Guard(Mutexes&& mutexes) : locked_(std::move(mutexes)) {
    for (std::mutex* const mutex : locked_) mutex->lock();
}

LockStripes::Guard::Guard(Guard&& other) noexcept : locked_(std::move(other.locked_)) { other.locked_.clear(); }

LockStripes::Guard& LockStripes::Guard::operator=(Guard&& other) noexcept {
    if (this != &other) {
        unlock();
        locked_ = std::move(other.locked_);
        other.locked_.clear();
    }
    return *this;
}

void LockStripes::Guard::unlock() noexcept {
    std::for_each(locked_.rbegin(), locked_.rend(), [](std::mutex* mutex) { mutex->unlock(); });
    locked_.clear();
}

LockStripes::LockStripes(std::size_t stripes) : mask_(stripes - 1), stripes_(stripes) {
    assert(std::has_single_bit(stripes));
}

std::size_t LockStripes::stripe_of(std::string_view bytes, std::uint64_t kind_seed) const noexcept {
    return static_cast<std::size_t>(xxh3_64(bytes, kind_seed)) & mask_;
}

LockStripes::Guard LockStripes::lock(std::initializer_list<std::size_t> stripes) {
    return lock_all({stripes.begin(), stripes.size()});
}

LockStripes::Guard LockStripes::lock(const std::vector<std::size_t>& stripes) { return lock_all(stripes); }

LockStripes::Guard LockStripes::lock_all(std::span<const std::size_t> stripes) {
    Mutexes mutexes;
    mutexes.reserve(stripes.size());
    for (const std::size_t stripe : stripes) mutexes.push_back(&stripes_[stripe].mutex);
    std::ranges::sort(mutexes, std::less{});  // addresses in one array order as its indexes do
    mutexes.erase(std::unique(mutexes.begin(), mutexes.end()), mutexes.end());
    return Guard(std::move(mutexes));
}

}  // namespace tokenstore::base
