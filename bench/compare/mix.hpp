// A bijection of 64 bits that looks random (the finaliser of splitmix64): keys spread like digests, are the same in
// every run, and cost nothing to make.
#pragma once

#include <cstdint>
#include <cstring>

namespace tokenstore::bench {

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

/// Fills an id or a hash with bytes that belong to (kind, number).
template <class Identifier>
[[nodiscard]] Identifier mixed(std::uint64_t kind, std::uint64_t number) noexcept {
    Identifier identifier;
    for (std::size_t offset = 0; offset < identifier.bytes.size(); offset += sizeof(std::uint64_t)) {
        const auto word = mix(mix((kind << 56U) + number) + offset);
        std::memcpy(identifier.bytes.data() + offset, &word, sizeof word);
    }
    return identifier;
}

}  // namespace tokenstore::bench
