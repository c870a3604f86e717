// A stored token seen as a row of the origin's refresh_tokens table: its columns, and what a state that the table does
// not know (consumed, ended with its family or user) looks like in them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <tokenstore/token.hpp>

namespace tokenstore::tool {

enum class Column : std::size_t {
    id,
    created_at,
    updated_at,
    token_hash,
    user_id,
    family_id,
    device_id,
    device_name,
    ip_address,
    expires_at,
    is_revoked,
    revoked_at,
};

inline constexpr std::array<std::string_view, 12> column_names = {
    "id",        "created_at",  "updated_at", "token_hash", "user_id",    "family_id",
    "device_id", "device_name", "ip_address", "expires_at", "is_revoked", "revoked_at",
};

[[nodiscard]] constexpr std::string_view name(Column column) noexcept {
    return column_names[static_cast<std::size_t>(column)];
}

/// The three columns that depend on the state; the others are the token's fields as they stand.
struct OriginState {
    bool is_revoked = false;
    std::optional<std::int64_t> revoked_at_us;
    std::optional<std::int64_t> updated_at_us;
};

/// The origin revokes a token when it rotates it, and each token of a family or user that ends; so these rows say what
/// its table would say. A token that nothing ended keeps what it was imported with, to the letter.
[[nodiscard]] OriginState origin_state(const JudgedToken& judged) noexcept;

}  // namespace tokenstore::tool
