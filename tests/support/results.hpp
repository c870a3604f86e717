// Taking results apart in tests: the value or the error that a test expects, and a clear end of the test otherwise.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <tokenstore/error.hpp>

namespace tokenstore::test {

[[nodiscard]] inline std::string place(const std::source_location& where) {
    return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

/// The value of a result. An error ends the test, with the error's text and the place of the call.
template <class Value>
Value must(Result<Value> result, std::source_location where = std::source_location::current()) {
    if (!result) throw std::runtime_error(place(where) + ": " + result.error().to_string());
    if constexpr (!std::is_void_v<Value>) return *std::move(result);
}

/// The error of a result. A value ends the test.
template <class Value>
[[nodiscard]] Error error_of(const Result<Value>& result,
                             std::source_location where = std::source_location::current()) {
    if (result) throw std::runtime_error(place(where) + ": a call that was to fail succeeded");
    return result.error();
}

}  // namespace tokenstore::test
