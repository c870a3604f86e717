// The state of a token at a moment: pure functions of the token, the ends that may cover it, and the time.
#pragma once

#include <cstdint>
#include <optional>

#include <tokenstore/token.hpp>

#include "model/ends.hpp"
#include "model/token_head.hpp"

namespace tokenstore::model {

/// Whether a user's end covers what was issued at this stamp.
[[nodiscard]] constexpr bool covers(const UserEnd& end, std::int64_t issue_stamp_us) noexcept {
    return issue_stamp_us <= end.stamp_us;
}

/// The one meaning of expiry: equality is expired.
[[nodiscard]] constexpr bool is_expired(std::int64_t expires_at_us, std::int64_t now_us) noexcept {
    return now_us >= expires_at_us;
}

/// Why the token counts as revoked: its own end first, then its family's, then its user's; nothing if it is not.
[[nodiscard]] std::optional<Revocation> revocation_of(const Token& token, const Ends& ends) noexcept;

/// The first state that applies: revoked, consumed, expired, live.
[[nodiscard]] TokenState state_of(const TokenHead& token, const Ends& ends, std::int64_t now_us) noexcept;
[[nodiscard]] inline TokenState state_of(const Token& token, const Ends& ends, std::int64_t now_us) noexcept {
    return state_of(head_of(token), ends, now_us);
}

/// The token with its state and, where revoked, the reason.
[[nodiscard]] JudgedToken judge(Token token, const Ends& ends, std::int64_t now_us);

}  // namespace tokenstore::model
