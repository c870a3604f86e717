// Which families and users may have an end, told from memory: nearly nobody has one, and every verdict asks for two.
//
// For each end one bit is set, at the place that a digest of the id names. So the memory is the same for any store, and
// a bit that is not set proves that there is no end. It does so only where whoever filled this knows that no end is
// missing: a verdict hangs on it. Bits are never cleared; an end that is no more is merely looked up in vain.
//
// Threads: any. An end is added before it is written, so whoever can have heard of it finds its bit.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/xxh3.hpp"

namespace tokenstore::storage {

class PossibleEnds {
public:
    /// 1 MiB. Of a hundred thousand ends, one id in a hundred is looked up in vain; of many more than there are places
    /// every id is.
    static constexpr std::size_t places = std::size_t{1} << 23U;

    void add(std::string_view id) noexcept {
        const auto place = place_of(id);
        words_[place / word_bits].fetch_or(bit(place), std::memory_order_release);
    }

    [[nodiscard]] bool contains(std::string_view id) const noexcept {
        const auto place = place_of(id);
        return (words_[place / word_bits].load(std::memory_order_acquire) & bit(place)) != 0;
    }

private:
    using Word = std::uint64_t;
    static constexpr std::size_t word_bits = 64;

    static std::size_t place_of(std::string_view id) noexcept { return base::xxh3_64(id) % places; }
    static Word bit(std::size_t place) noexcept { return Word{1} << (place % word_bits); }

    std::vector<std::atomic<Word>> words_ = std::vector<std::atomic<Word>>(places / word_bits);
};

}  // namespace tokenstore::storage
