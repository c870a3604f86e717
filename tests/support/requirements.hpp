// What an answer has to be: each function throws Difference, with what was answered and what was expected, where it is
// not.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <tokenstore/error.hpp>

#include "support/printers.hpp"

namespace tokenstore::test {

/// The store's answer is not one that the reference allows.
class Difference : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <class Value>
std::string text_of(const Value& value) {
    std::ostringstream out;
    boost_test_print_type(out, value);
    return out.str();
}

inline std::string text_of(bool value) { return value ? "true" : "false"; }
inline std::string text_of(std::uint64_t value) { return std::to_string(value); }
inline std::string text_of(const std::optional<std::uint64_t>& value) {
    return value ? std::to_string(*value) : "nothing";
}

template <class Value>
void require_equal(std::string_view what, const Value& answered, const Value& expected) {
    if (answered == expected) return;
    throw Difference(std::string(what) + ":\n  answered " + text_of(answered) + "\n  expected " + text_of(expected));
}

inline void require(bool holds, const std::string& what) {
    if (!holds) throw Difference(what);
}

inline std::string list_of(const std::set<ErrorCode>& codes) {
    std::string list;
    for (const ErrorCode code : codes) list.append(list.empty() ? "" : " or ").append(name(code));
    return list.empty() ? "success" : list;
}

/// An error that is one of `certain` or `possible`, or a success where none is certain. True for an error.
template <class Value>
bool require_error_of(const std::set<ErrorCode>& certain, const std::set<ErrorCode>& possible,
                      const Result<Value>& answer) {
    if (answer) {
        require(certain.empty(), "answered success, expected " + list_of(certain));
        return false;
    }
    const Error& error = answer.error();
    require(certain.contains(error.code) || possible.contains(error.code),
            "answered " + error.to_string() + ", expected " + list_of(certain));
    require_equal("what a refused call has written", error.write, WriteState::nothing_written);
    return true;
}

template <class Value>
void require_success(const Result<Value>& answer) {
    static_cast<void>(require_error_of({}, {}, answer));
}

}  // namespace tokenstore::test
