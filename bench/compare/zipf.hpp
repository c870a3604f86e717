// Numbers by Zipf's law: the k-th is drawn in proportion to 1 / k^exponent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tokenstore::bench {

/// `draws` numbers below `count`, which is not 0, the frequent ones spread over the range. Drawn beforehand, because
/// drawing costs as much as the fastest look-up does.
[[nodiscard]] std::vector<std::uint32_t> zipf_numbers(std::size_t count, double exponent, std::size_t draws,
                                                      std::uint64_t seed);

}  // namespace tokenstore::bench
