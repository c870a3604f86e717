// The raw refresh token: the secret that a client holds. The store keeps only its SHA-256.
//
// A RawToken lives in memory that is left out of core dumps and is wiped when the token is destroyed or moved from. It
// cannot be copied, compared or printed; reveal() is the one way to its characters, easy to find in a review.
#pragma once

#include <cstddef>
#include <ostream>
#include <string_view>

#include <tokenstore/error.hpp>
#include <tokenstore/ids.hpp>

namespace tokenstore {

class RawToken {
public:
    /// 32 bytes in unpadded base64url (RFC 4648 section 5).
    static constexpr std::size_t length = 43;

    /// Takes a token that a client presented. Error: malformed_token, whose message does not repeat the text.
    /// The caller's copy of the text stays the caller's to wipe.
    [[nodiscard]] static Result<RawToken> from_text(std::string_view text);

    RawToken(RawToken&& other) noexcept;
    RawToken& operator=(RawToken&& other) noexcept;
    RawToken(const RawToken&) = delete;
    RawToken& operator=(const RawToken&) = delete;
    ~RawToken();

    /// The 43 characters, valid until the token is destroyed or moved from; empty once it was moved from.
    [[nodiscard]] std::string_view reveal() const noexcept;

    bool operator==(const RawToken&) const = delete;
    friend std::ostream& operator<<(std::ostream&, const RawToken&) = delete;

private:
    friend Result<RawToken> generate_token();
    RawToken() noexcept = default;

    char* secret_ = nullptr;  // one slot of secret memory, or null
};

/// A new token of 256 random bits from OpenSSL's private generator (RFC 6749 section 10.10 asks for a guessing
/// probability of at most 2^-128). Any thread. Error: random_unavailable.
[[nodiscard]] Result<RawToken> generate_token();

/// SHA-256 of the token's 43 characters, as the origin stores it. Any thread. A thread's first call makes its digest
/// context, which later ones use again.
[[nodiscard]] TokenHash hash_token(const RawToken& token) noexcept;

/// The same for text as it was presented, whatever its form: garbage hashes to a value that no token has.
[[nodiscard]] TokenHash hash_token(std::string_view presented) noexcept;

}  // namespace tokenstore
