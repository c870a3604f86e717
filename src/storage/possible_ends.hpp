// Which families and users may have an end, told from memory: for a walk over many tokens, of which few are ended.
//
// For each end one bit is set, at the place that a digest of the id names. So the memory is the same for any store, and
// a bit that is not set proves that there is no end.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/xxh3.hpp"

namespace tokenstore::storage {

class PossibleEnds {
public:
    void add(std::string_view id) { bits_[place_of(id)] = true; }
    [[nodiscard]] bool contains(std::string_view id) const { return bits_[place_of(id)]; }

private:
    // 1 MiB. Of a hundred thousand ends, one id in a hundred is looked up in vain.
    static constexpr std::size_t places = std::size_t{1} << 23U;

    static std::size_t place_of(std::string_view id) noexcept { return base::xxh3_64(id) % places; }

    std::vector<bool> bits_ = std::vector<bool>(places);
};

}  // namespace tokenstore::storage
