// What every fuzz target defines: one function that takes any bytes and returns. A finding is a crash, a report of a
// sanitizer, or an exception that leaves the function, such as Difference (support/requirements.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Under this name libFuzzer calls it, and so does replay.cpp. Answers 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tokenstore::test {

[[nodiscard]] inline std::string_view input_text(const std::uint8_t* data, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace tokenstore::test
