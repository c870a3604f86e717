#include "compare/zipf.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "compare/mix.hpp"
#include "compare/require.hpp"

namespace tokenstore::bench {

std::vector<std::uint32_t> zipf_numbers(std::size_t count, double exponent, std::size_t draws, std::uint64_t seed) {
    require(count > 0, "nothing to draw from");
    // The sums of the weights up to each rank; a draw finds its rank among them.
    std::vector<double> sums(count);
    double sum = 0;
    for (std::size_t rank = 0; rank < count; ++rank) {
        sum += std::pow(static_cast<double>(rank + 1), -exponent);
        sums[rank] = sum;
    }
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> position(0, sum);
    std::vector<std::uint32_t> numbers(draws);
    for (auto& number : numbers) {
        const auto rank = std::lower_bound(sums.begin(), sums.end(), position(random)) - sums.begin();
        number = static_cast<std::uint32_t>(mix(static_cast<std::uint64_t>(rank)) % count);
    }
    return numbers;
}

}  // namespace tokenstore::bench
