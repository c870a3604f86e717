#include "codec/packed_text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

#include "base/uuid_text.hpp"

namespace tokenstore::codec {

std::optional<PackedUuid> pack_uuid(std::string_view text) {
    PackedUuid packed{};
    const bool has_capitals = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    if (has_capitals || !base::parse_uuid_text(text, packed)) return std::nullopt;
    return packed;
}

std::string unpack_uuid(const PackedUuid& packed) {
    std::string text;
    text.reserve(base::uuid_text_length);
    base::append_uuid_text(text, packed);
    return text;
}

std::optional<PackedIpv4> pack_ipv4(std::string_view text) {
    PackedIpv4 packed{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (auto& byte : packed) {
        if (&byte != packed.data()) {
            if (at == end || *at != '.') return std::nullopt;
            ++at;
        }
        const auto [behind, error] = std::from_chars(at, end, byte);
        const bool has_leading_zero = behind - at > 1 && *at == '0';
        if (error != std::errc{} || has_leading_zero) return std::nullopt;
        at = behind;
    }
    if (at != end) return std::nullopt;
    return packed;
}

std::string unpack_ipv4(const PackedIpv4& packed) {
    std::array<char, INET_ADDRSTRLEN> text{};
    char* at = text.data();
    for (const auto byte : packed) {
        if (at != text.data()) *at++ = '.';
        at = std::to_chars(at, text.data() + text.size(), byte).ptr;
    }
    return {text.data(), at};
}

std::optional<PackedIpv6> pack_ipv6(std::string_view text) {
    const std::string terminated(text);
    PackedIpv6 packed{};
    if (inet_pton(AF_INET6, terminated.c_str(), packed.data()) != 1 || unpack_ipv6(packed) != text) return std::nullopt;
    return packed;
}

std::string unpack_ipv6(const PackedIpv6& packed) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return inet_ntop(AF_INET6, packed.data(), text.data(), text.size());
}

}  // namespace tokenstore::codec
