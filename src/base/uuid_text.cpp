#include "base/uuid_text.hpp"

#include <algorithm>
#include <array>

#include "base/hex.hpp"

namespace tokenstore::base {

namespace {

constexpr std::array<std::size_t, 5> group_bytes{4, 2, 2, 2, 6};

}  // namespace

void append_uuid_text(std::string& out, std::span<const std::uint8_t, uuid_bytes> uuid) {
    std::array<char, 2 * uuid_bytes> digits{};
    write_hex(digits.data(), uuid);
    std::array<char, uuid_text_length> text{};
    text.fill('-');
    const char* from = digits.data();
    char* to = text.data();
    for (const std::size_t group : group_bytes) {
        std::copy_n(from, 2 * group, to);
        from += 2 * group;
        to += 2 * group + 1;
    }
    out.append(text.data(), text.size());
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
