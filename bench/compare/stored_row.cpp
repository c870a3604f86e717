#include "compare/stored_row.hpp"

#include <cstring>
#include <type_traits>

#include "compare/require.hpp"

namespace tokenstore::bench {

namespace {

static_assert(std::is_trivially_copyable_v<RowHead> && std::is_trivially_copyable_v<Tip>);

constexpr std::uint16_t absent = 0xffff;

void append_text(std::string& bytes, const std::optional<std::string>& text) {
    const auto length = text ? static_cast<std::uint16_t>(text->size()) : absent;
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
    if (text) bytes.append(*text);
}

std::optional<std::string> take_text(std::string_view& bytes) {
    std::uint16_t length = 0;
    require(bytes.size() >= sizeof length, "a stored row is cut short");
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    if (length == absent) return std::nullopt;
    require(bytes.size() >= length, "a stored row is cut short");
    std::string text(bytes.substr(0, length));
    bytes.remove_prefix(length);
    return text;
}

template <class Plain>
Plain copy_of(std::string_view bytes) {
    Plain plain;
    require(bytes.size() >= sizeof plain, "a stored row is cut short");
    std::memcpy(&plain, bytes.data(), sizeof plain);
    return plain;
}

}  // namespace

std::string encode(const StoredRow& row) {
    std::string bytes(reinterpret_cast<const char*>(&row.head), sizeof row.head);
    append_text(bytes, row.device_id);
    append_text(bytes, row.device_name);
    append_text(bytes, row.ip_address);
    return bytes;
}

StoredRow decode_row(std::string_view bytes) {
    StoredRow row{decode_head(bytes), std::nullopt, std::nullopt, std::nullopt};
    bytes.remove_prefix(sizeof row.head);
    row.device_id = take_text(bytes);
    row.device_name = take_text(bytes);
    row.ip_address = take_text(bytes);
    return row;
}

RowHead decode_head(std::string_view bytes) { return copy_of<RowHead>(bytes); }

std::string_view bytes_of(const Tip& tip) { return {reinterpret_cast<const char*>(&tip), sizeof tip}; }

Tip decode_tip(std::string_view bytes) { return copy_of<Tip>(bytes); }

std::optional<Validated> validated(const RowHead& head, std::int64_t now_us) {
    if (head.state != RowState::live || now_us >= head.expires_at_us) return std::nullopt;
    return Validated{head.chain_id, head.user_id, head.family_id, head.expires_at_us};
}

}  // namespace tokenstore::bench
