#include "base/uuid_text.hpp"

#include <array>

#include "base/hex.hpp"

namespace tokenstore::base {

namespace {

constexpr std::array<std::size_t, 5> group_bytes{4, 2, 2, 2, 6};

}  // namespace

void append_uuid_text(std::string& out, std::span<const std::uint8_t, uuid_bytes> uuid) {
    std::span<const std::uint8_t> rest(uuid);
    for (const std::size_t group : group_bytes) {
        if (rest.size() != uuid_bytes) out.push_back('-');
        append_hex(out, rest.first(group));
        rest = rest.subspan(group);
    }
}

bool parse_uuid_text(std::string_view text, std::span<std::uint8_t, uuid_bytes> uuid) noexcept {
    if (text.size() != uuid_text_length) return false;
    std::span<std::uint8_t> rest(uuid);
    for (const std::size_t group : group_bytes) {
        if (rest.size() != uuid_bytes) {
            if (text.front() != '-') return false;
            text.remove_prefix(1);
        }
        if (!parse_hex(text.substr(0, 2 * group), rest.first(group))) return false;
        text.remove_prefix(2 * group);
        rest = rest.subspan(group);
    }
    return true;
}

}  // namespace tokenstore::base
