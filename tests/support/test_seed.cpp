#include "support/test_seed.hpp"

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace tokenstore::test {

namespace {

constexpr const char* variable = "TOKENSTORE_TEST_SEED";

std::uint64_t draw_seed() {
    const char* const given = std::getenv(variable);
    if (given == nullptr) return std::random_device()();
    const std::string_view text(given);
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw std::invalid_argument("TOKENSTORE_TEST_SEED is not a number of 64 bits");
    }
    return seed;
}

}  // namespace

std::uint64_t test_seed() {
    static const std::uint64_t seed = [] {
        const std::uint64_t drawn = draw_seed();
        std::cout << "random tests: repeat with " << variable << '=' << drawn << std::endl;
        return drawn;
    }();
    return seed;
}

}  // namespace tokenstore::test
