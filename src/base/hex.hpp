// Hex digits of hashes and ids: lower case out, either case in. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tokenstore::base {

/// Writes two digits for each byte, from `out` on. Reckoned rather than looked up, so that compilers make vectors of
/// it.
constexpr void write_hex(char* out, std::span<const std::uint8_t> bytes) noexcept {
    constexpr auto digit = [](unsigned value) {
        constexpr unsigned from_nine_to_a = 'a' - '9' - 1;
        return static_cast<char>('0' + value + (value > 9 ? from_nine_to_a : 0));
    };
    for (const std::uint8_t byte : bytes) {
        *out++ = digit(byte >> 4U);
        *out++ = digit(byte & 0x0fU);
    }
}

constexpr void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
    const auto before = out.size();
    out.resize(before + 2 * bytes.size());
    write_hex(out.data() + before, bytes);
}

/// The value of a digit, or -1. Knows ASCII alone, whatever the locale.
[[nodiscard]] constexpr int hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/// Reads exactly two digits for each byte of `out`; false, and `out` undefined, for anything else.
[[nodiscard]] constexpr bool parse_hex(std::string_view text, std::span<std::uint8_t> out) noexcept {
    if (text.size() != 2 * out.size()) return false;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

}  // namespace tokenstore::base
