// Random draws for tests, repeatable from a seed. One thread at a time.
#pragma once

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

    [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }

    template <class Container>
    [[nodiscard]] auto& one_of(Container& container) {
        return container[static_cast<std::size_t>(below(container.size()))];
    }

private:
    std::mt19937_64 random_;
};

}  // namespace tokenstore::test
