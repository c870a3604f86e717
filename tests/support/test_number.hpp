// A number that makes a test longer or shorter.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace tokenstore::test {

/// The number in an environment variable, or `usual`. Throws std::invalid_argument if it holds something else.
[[nodiscard]] inline std::uint64_t test_number(const char* variable, std::uint64_t usual) {
    const char* const given = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): no test sets variables
    if (given == nullptr) return usual;
    const std::string_view text(given);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw std::invalid_argument(std::string(variable) + " is not a number");
    }
    return number;
}

}  // namespace tokenstore::test
