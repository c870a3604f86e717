// A token as the store knows it, what is given to store one, and its state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/ids.hpp>

namespace tokenstore {

/// The state of a token at a moment: the first that applies, in this order.
enum class TokenState {
    revoked,   ///< the token, its family or its user was ended
    consumed,  ///< rotated away: presenting it again is reuse (RFC 9700 section 4.14.2)
    expired,   ///< now >= expires_at_us
    live,      ///< usable
};

/// Why a token counts as revoked. The values stand on disk.
enum class RevocationReason : std::uint8_t {
    token_revoked = 1,      ///< revoke_token, or imported as revoked
    family_revoked = 2,     ///< revoke_family
    reuse_detected = 3,     ///< the family ended because a consumed token was presented
    revoked_presented = 4,  ///< the family ended because a revoked token was presented
    user_revoked = 5,       ///< revoke_all_user_tokens
};

[[nodiscard]] std::string_view name(TokenState state) noexcept;
[[nodiscard]] std::string_view name(RevocationReason reason) noexcept;

/// How and when a token was ended. `at_us` is absent only where an imported row did not say.
struct Revocation {
    RevocationReason reason = RevocationReason::token_revoked;
    std::optional<std::int64_t> at_us = std::nullopt;

    friend bool operator==(const Revocation&, const Revocation&) = default;
};

/// One stored token. Times are UTC microseconds since the epoch.
struct Token {
    TokenHash hash;
    TokenId id;        ///< a UUIDv7 made when the token was stored; as the row had it for an imported token
    TokenId chain_id;  ///< the id of the token that began its chain; its own id for a token made by create_token. A
                       ///< UUIDv7: where an imported row has an id of another version, made from it and its creation
    UserId user_id;
    FamilyId family_id;
    std::int64_t created_at_us = 0;
    std::int64_t expires_at_us = 0;
    std::int64_t issue_stamp_us = 0;  ///< orders issue against a user's end; strictly increasing within a store
    std::optional<std::int64_t> updated_at_us = std::nullopt;
    std::optional<std::int64_t> consumed_at_us = std::nullopt;
    std::optional<TokenHash> predecessor = std::nullopt;  ///< the token this one was rotated from
    std::optional<TokenHash> successor = std::nullopt;    ///< the token this one was rotated to
    std::optional<std::string> device_id = std::nullopt;
    std::optional<std::string> device_name = std::nullopt;
    std::optional<std::string> ip_address = std::nullopt;

    bool revoked = false;  ///< this very token was ended (not only its family or user)
    std::optional<std::int64_t> revoked_at_us = std::nullopt;  ///< when this very token was ended, where known

    friend bool operator==(const Token&, const Token&) = default;
};

/// A token with the verdict of the moment.
struct JudgedToken {
    Token token;
    TokenState state = TokenState::expired;
    std::optional<Revocation> revocation = std::nullopt;  ///< set exactly when state is revoked: the token's own end
                                                          ///< first, then its family's, then its user's
};

/// What validate() answers about a usable token: whose it is. Plain bytes, copied without the heap.
struct ValidToken {
    TokenId id;
    TokenId chain_id;
    UserId user_id;
    FamilyId family_id;
    std::int64_t created_at_us = 0;
    std::int64_t expires_at_us = 0;

    friend bool operator==(const ValidToken&, const ValidToken&) = default;
};

/// What create_token stores. Absent optionals are stored as absent; an empty string is kept as an empty string.
struct NewToken {
    TokenHash hash;
    UserId user_id;
    FamilyId family_id;
    std::int64_t expires_at_us = 0;                         ///< at most now + Options::longest_token_lifetime_us
    std::optional<std::string> device_id = std::nullopt;    ///< at most 255 bytes of valid UTF-8
    std::optional<std::string> device_name = std::nullopt;  ///< at most 100 characters of valid UTF-8
    std::optional<std::string> ip_address = std::nullopt;   ///< IPv4 or IPv6 text, at most 45 bytes
};

/// What rotate_token stores in place of the presented token. User, family and chain are the presented token's;
/// what is absent here is taken over from it.
struct Successor {
    TokenHash hash;
    std::int64_t expires_at_us = 0;
    std::optional<std::string> device_id = std::nullopt;
    std::optional<std::string> device_name = std::nullopt;
    std::optional<std::string> ip_address = std::nullopt;
};

}  // namespace tokenstore
