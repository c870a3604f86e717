// Numbers as little-endian bytes, and a reader of bytes that nobody vouches for.
//
// Every multi-byte number on disk is little-endian and unaligned; these functions are the one place that knows it.
// The shifts below compile to single moves on x86-64 and ARM64. Pure functions; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tokenstore::base {

/// Writes the sizeof(Number) bytes at `out`.
template <std::unsigned_integral Number>
constexpr void store_number(char* out, Number value) noexcept {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out[i] = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

/// Reads the sizeof(Number) bytes at `in`.
template <std::unsigned_integral Number>
[[nodiscard]] constexpr Number load_number(const char* in) noexcept {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        value = static_cast<Number>(
            value | static_cast<Number>(static_cast<Number>(static_cast<std::uint8_t>(in[i])) << (8 * i)));
    }
    return value;
}

constexpr void store_u8(char* out, std::uint8_t value) noexcept { store_number(out, value); }
constexpr void store_u16(char* out, std::uint16_t value) noexcept { store_number(out, value); }
constexpr void store_u32(char* out, std::uint32_t value) noexcept { store_number(out, value); }
constexpr void store_u64(char* out, std::uint64_t value) noexcept { store_number(out, value); }
constexpr void store_i64(char* out, std::int64_t value) noexcept { store_u64(out, static_cast<std::uint64_t>(value)); }

[[nodiscard]] constexpr std::uint8_t load_u8(const char* in) noexcept { return load_number<std::uint8_t>(in); }
[[nodiscard]] constexpr std::uint16_t load_u16(const char* in) noexcept { return load_number<std::uint16_t>(in); }
[[nodiscard]] constexpr std::uint32_t load_u32(const char* in) noexcept { return load_number<std::uint32_t>(in); }
[[nodiscard]] constexpr std::uint64_t load_u64(const char* in) noexcept { return load_number<std::uint64_t>(in); }
[[nodiscard]] constexpr std::int64_t load_i64(const char* in) noexcept {
    return static_cast<std::int64_t>(load_u64(in));
}

template <std::unsigned_integral Number>
constexpr void append_number(std::string& out, Number value) {
    std::array<char, sizeof(Number)> bytes{};
    store_number(bytes.data(), value);
    out.append(bytes.data(), bytes.size());
}

constexpr void append_u8(std::string& out, std::uint8_t value) { append_number(out, value); }
constexpr void append_u16(std::string& out, std::uint16_t value) { append_number(out, value); }
constexpr void append_u32(std::string& out, std::uint32_t value) { append_number(out, value); }
constexpr void append_u64(std::string& out, std::uint64_t value) { append_number(out, value); }
constexpr void append_i64(std::string& out, std::int64_t value) { append_u64(out, static_cast<std::uint64_t>(value)); }

/// The bytes as a view; valid as long as the array.
template <std::size_t Size>
[[nodiscard]] std::string_view as_view(const std::array<std::uint8_t, Size>& bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), Size};
}

/// Takes numbers and runs of bytes off the front of a view. Each read either takes all that it asks for and answers
/// true, or takes nothing, leaves its target as it was, and answers false; nothing reads past the end.
class ByteReader {
public:
    explicit constexpr ByteReader(std::string_view bytes) noexcept : rest_(bytes) {}

    [[nodiscard]] constexpr bool read_u8(std::uint8_t& out) noexcept { return read_number(out); }
    [[nodiscard]] constexpr bool read_u16(std::uint16_t& out) noexcept { return read_number(out); }
    [[nodiscard]] constexpr bool read_u32(std::uint32_t& out) noexcept { return read_number(out); }
    [[nodiscard]] constexpr bool read_u64(std::uint64_t& out) noexcept { return read_number(out); }

    [[nodiscard]] constexpr bool read_i64(std::int64_t& out) noexcept {
        std::uint64_t value = 0;
        if (!read_number(value)) return false;
        out = static_cast<std::int64_t>(value);
        return true;
    }

    /// Fills `out`, a std::array or a span, whole.
    [[nodiscard]] constexpr bool read_bytes(std::span<std::uint8_t> out) noexcept {
        std::string_view taken;
        if (!read_view(out.size(), taken)) return false;
        std::transform(taken.begin(), taken.end(), out.begin(),
                       [](char byte) { return static_cast<std::uint8_t>(byte); });
        return true;
    }

    /// A view of the next `size` bytes; valid as long as what the reader was given.
    [[nodiscard]] constexpr bool read_view(std::size_t size, std::string_view& out) noexcept {
        if (size > rest_.size()) return false;
        out = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
    }

    [[nodiscard]] constexpr std::size_t remaining() const noexcept { return rest_.size(); }
    [[nodiscard]] constexpr bool done() const noexcept { return rest_.empty(); }

private:
    template <std::unsigned_integral Number>
    constexpr bool read_number(Number& out) noexcept {
        if (rest_.size() < sizeof(Number)) return false;
        out = load_number<Number>(rest_.data());
        rest_.remove_prefix(sizeof(Number));
        return true;
    }

    std::string_view rest_;
};

}  // namespace tokenstore::base
