// Raw tokens: taken in, made, hashed. Their characters stand in secret memory only.
#include <tokenstore/raw_token.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include <openssl/evp.h>

#include "base/random.hpp"
#include "base/secret_memory.hpp"
#include "base/sha256.hpp"

namespace tokenstore {

namespace {

constexpr std::size_t random_bytes = 32;
// What EVP_EncodeBlock writes for them: the characters, one '=' and a zero byte.
static_assert(RawToken::length + 2 <= base::secret_slot_bytes);

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// The value of each character of base64url, or -1.
constexpr std::array<std::int8_t, 256> values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}();

int value_of(char character) noexcept { return values[static_cast<unsigned char>(character)]; }

// 43 characters carry 258 bits for 256: only one of the four texts that would decode to the same bytes is right, the
// one whose last two bits are zero. Otherwise a token could be presented in several forms, each with its own hash.
bool is_well_formed(std::string_view text) noexcept {
    return text.size() == RawToken::length &&
           std::ranges::all_of(text, [](char character) { return value_of(character) >= 0; }) &&
           (value_of(text.back()) & 0x03) == 0;
}

Error no_secret_memory() {
    return {ErrorCode::internal, WriteState::nothing_written, "the system gave no memory to hold a token in"};
}

}  // namespace

Result<RawToken> RawToken::from_text(std::string_view text) {
    if (!is_well_formed(text)) {
        return Error{ErrorCode::malformed_token, WriteState::nothing_written,
                     "a token must be 43 characters of unpadded base64url that hold 32 bytes"};
    }
    RawToken token;
    token.secret_ = base::acquire_secret();
    if (token.secret_ == nullptr) return no_secret_memory();
    std::ranges::copy(text, token.secret_);
    return token;
}

RawToken::RawToken(RawToken&& other) noexcept : secret_(std::exchange(other.secret_, nullptr)) {}

RawToken& RawToken::operator=(RawToken&& other) noexcept {
    if (this != &other) base::release_secret(std::exchange(secret_, std::exchange(other.secret_, nullptr)));
    return *this;
}

RawToken::~RawToken() { base::release_secret(secret_); }

std::string_view RawToken::reveal() const noexcept {
    return secret_ == nullptr ? std::string_view() : std::string_view(secret_, length);
}

Result<RawToken> generate_token() {
    const base::SecretSlot random = base::make_secret_slot();
    RawToken token;
    token.secret_ = base::acquire_secret();
    if (random == nullptr || token.secret_ == nullptr) return no_secret_memory();

    auto* const bytes = reinterpret_cast<std::uint8_t*>(random.get());
    if (auto filled = base::fill_random({bytes, random_bytes}); !filled) return std::move(filled).error();

    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(token.secret_), bytes, static_cast<int>(random_bytes));
    // From base64 to base64url without padding.
    const std::span text(token.secret_, RawToken::length);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    token.secret_[RawToken::length] = '\0';
    return token;
}

TokenHash hash_token(const RawToken& token) noexcept { return hash_token(token.reveal()); }

TokenHash hash_token(std::string_view presented) noexcept {
    TokenHash hash;
    base::sha256(presented, hash.bytes);
    return hash;
}

}  // namespace tokenstore
