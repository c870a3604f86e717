// What the operations answer. Refusals stand here as values; failures are Errors (error.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <tokenstore/token.hpp>

namespace tokenstore {

/// The outcome of rotate_token, by the state of the presented token:
///
/// | presented token            | outcome        | written                                                          |
/// |----------------------------|----------------|------------------------------------------------------------------|
/// | unknown                    | not_found      | nothing                                                          |
/// | live                       | rotated        | it is consumed, its successor is live, both indexes, in one batch |
/// | consumed, even if expired  | reuse_detected | the end of its family: raise the alarm                           |
/// | revoked, even if expired   | revoked        | the end of its family; no alarm, a logged-out client may be honest |
/// | expired only               | expired        | nothing                                                          |
/// | live, but the new hash is stored already | already_exists | nothing                                        |
///
/// Source: RFC 9700 section 4.14.2, RFC 6749 section 10.4.
enum class RotateOutcome { rotated, not_found, reuse_detected, revoked, expired, already_exists };

[[nodiscard]] std::string_view name(RotateOutcome outcome) noexcept;

struct RotateResult {
    RotateOutcome outcome = RotateOutcome::not_found;
    std::optional<Token> predecessor = std::nullopt;      ///< the presented token as it is now; absent for not_found
    std::optional<Token> successor = std::nullopt;        ///< set for rotated
    std::optional<Revocation> revocation = std::nullopt;  ///< set for revoked: why the presented token was dead
    std::uint64_t live_tokens_ended = 0;  ///< by ending the family: 0 when it had been ended before, and where the
                                          ///< index that would tell is damaged
};

/// What revoke_token found.
enum class RevokeTokenOutcome {
    revoked,           ///< ended by this call; also for a token that had expired
    already_revoked,   ///< it, its family or its user had been ended before
    already_consumed,  ///< rotated away; left as it is, so that presenting it stays reuse. Its successor lives on:
                       ///< revoke_family ends the session
    not_found,         ///< unknown; RFC 7009 section 2.2 answers the client with success
};

[[nodiscard]] std::string_view name(RevokeTokenOutcome outcome) noexcept;

/// Whether a revocation counts the live tokens that it ends. Counting scans the index entries of the family or user;
/// not counting costs the same for one token and for a hundred thousand.
enum class Counting { exact, skip };

struct RevokeResult {
    bool newly_ended = false;  ///< for a family: it had not been ended before. For a user: always true
    /// Live tokens this call ended; absent with Counting::skip.
    std::optional<std::uint64_t> live_ended = std::nullopt;
};

/// Where the next page of sessions begins. Obtain it from a page; its text form is that of its id.
struct SessionCursor {
    TokenId last_chain;
};

inline constexpr std::size_t max_page_limit = 1000;

struct SessionPageRequest {
    std::size_t limit = 50;                             ///< 1 to max_page_limit
    std::optional<SessionCursor> after = std::nullopt;  ///< absent: from the newest session
};

struct SessionPage {
    std::vector<Token> sessions;                       ///< live tokens, newest login first
    std::optional<SessionCursor> next = std::nullopt;  ///< absent on the last page
};

/// What import_tokens did with one row.
enum class ImportOutcome {
    stored,     ///< new
    unchanged,  ///< stored before, with nothing to add
    revoked,    ///< stored before as not revoked; the row says revoked, and revoked wins
    kept,       ///< stored before, and ended since, itself or with its family or user; the live row is not followed
    refused,    ///< see ImportedRow::error
};

struct ImportedRow {
    ImportOutcome outcome = ImportOutcome::refused;
    std::optional<Error> error = std::nullopt;  ///< set exactly when refused
};

}  // namespace tokenstore
