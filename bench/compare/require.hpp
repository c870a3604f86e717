// How the comparison fails: a call that did not do what it was to do ends the run, it is never part of a figure.
#pragma once

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <tokenstore/error.hpp>

namespace tokenstore::bench {

inline void require(bool held, const std::string& otherwise) {
    if (!held) throw std::runtime_error(otherwise);
}

/// For what is timed: no text is made on the way that is expected.
inline void require_answer(bool expected) {
    if (!expected) throw std::runtime_error("an operation was answered wrongly while it was timed");
}

/// The value, or the end of the run with the error's text.
template <class T>
T require_value(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().to_string());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace tokenstore::bench
