// Random draws for tests, repeatable from a seed. One thread at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>

namespace tokenstore::test {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    /// 0 to `end` - 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t end) { return random_() % end; }

    /// 0 to `end` - 1.
    [[nodiscard]] std::int64_t below_us(std::int64_t end) {
        return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(end)));
    }

    /// `least` to `most`, all magnitudes alike.
    [[nodiscard]] std::int64_t magnitude_us(std::int64_t least, std::int64_t most) {
        const auto low = std::log(static_cast<double>(least));
        const auto high = std::log(static_cast<double>(most));
        const auto share = static_cast<double>(below(1'000'000)) / 1e6;
        return std::clamp(static_cast<std::int64_t>(std::exp(low + share * (high - low))), least, most);
    }

    [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }

    template <class Container>
    [[nodiscard]] auto& one_of(Container& container) {
        return container[static_cast<std::size_t>(below(container.size()))];
    }

private:
    std::mt19937_64 random_;
};

}  // namespace tokenstore::test
