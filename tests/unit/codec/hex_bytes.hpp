// Bytes written as hex digits, so that a test can show what stands on disk.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/hex.hpp"

namespace tokenstore::codec::test {

/// An id or a hash from its digits.
template <class Bytes>
[[nodiscard]] Bytes from_hex(std::string_view digits) {
    Bytes value;
    if (!base::parse_hex(digits, value.bytes)) throw std::invalid_argument("not the right number of hex digits");
    return value;
}

[[nodiscard]] inline std::string bytes_of(std::string_view digits) {
    std::string bytes(digits.size() / 2, '\0');
    const std::span<std::uint8_t> out(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    if (!base::parse_hex(digits, out)) throw std::invalid_argument("not hex digits");
    return bytes;
}

[[nodiscard]] inline std::string hex_of(std::string_view bytes) {
    std::string digits;
    base::append_hex(digits, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    return digits;
}

}  // namespace tokenstore::codec::test
