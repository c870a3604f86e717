// A token as bytes, for the participants that store bytes: the same for all of them.
//
//     row   head, then three texts: device id, device name, address
//     text  u16 length, or 0xffff for an absent one, and the bytes
//     tip   what an index entry says about the live end of a chain
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/token.hpp>

#include "compare/participant.hpp"

namespace tokenstore::bench {

enum class RowState : std::uint8_t { live, consumed, revoked };

/// Everything but the texts; on disk as in memory.
struct RowHead {
    std::int64_t expires_at_us = 0;
    std::int64_t created_at_us = 0;
    std::uint64_t user_generation = 0;  ///< how often the user had been ended when the token was issued
    TokenId chain_id;
    UserId user_id;
    FamilyId family_id;
    RowState state = RowState::live;
};

struct StoredRow {
    RowHead head;
    std::optional<std::string> device_id;
    std::optional<std::string> device_name;
    std::optional<std::string> ip_address;
};

struct Tip {
    TokenHash hash;
    UserId user_id;
    FamilyId family_id;
    std::int64_t expires_at_us = 0;
    bool live = true;
};

[[nodiscard]] std::string encode(const StoredRow& row);
[[nodiscard]] StoredRow decode_row(std::string_view bytes);

/// What a look-up needs, without the texts.
[[nodiscard]] RowHead decode_head(std::string_view bytes);

[[nodiscard]] std::string_view bytes_of(const Tip& tip);
[[nodiscard]] Tip decode_tip(std::string_view bytes);

/// A row's answer to validate: the state of a live row says all, since an end marks the rows that it ends.
[[nodiscard]] std::optional<Validated> validated(const RowHead& head, std::int64_t now_us);

template <class Identifier>
[[nodiscard]] std::string_view bytes_of(const Identifier& identifier) {
    return {reinterpret_cast<const char*>(identifier.bytes.data()), identifier.bytes.size()};
}

}  // namespace tokenstore::bench
