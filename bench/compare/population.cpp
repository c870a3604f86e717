#include "compare/population.hpp"

#include "compare/mix.hpp"

namespace tokenstore::bench {

namespace {

constexpr std::uint64_t users = 0x10;     // added to a kind: the ids of its users
constexpr std::uint64_t families = 0x20;  // and of its families

std::int64_t expiry_us() {
    static const auto in_a_year_us = system_clock().wall_us() + 365LL * 24 * 3600 * 1'000'000;
    return in_a_year_us;
}

std::uint64_t number_of(TokenKind kind) { return static_cast<std::uint64_t>(kind); }

}  // namespace

TokenHash hash_of(TokenKind kind, std::uint64_t number) { return mixed<TokenHash>(number_of(kind), number); }

UserId user_of(TokenKind kind, std::uint64_t number) {
    return mixed<UserId>(number_of(kind) + users, number / tokens_of_a_user);
}

FamilyId family_of(TokenKind kind, std::uint64_t number) { return mixed<FamilyId>(number_of(kind) + families, number); }

NewToken token_of(TokenKind kind, std::uint64_t number) {
    NewToken token;
    token.hash = hash_of(kind, number);
    token.user_id = user_of(kind, number);
    token.family_id = family_of(kind, number);
    token.expires_at_us = expiry_us();
    token.device_id = "2d90a270-2628-469a-bab7-8a24257b2799";
    token.device_name = "ThinkPad X1";
    token.ip_address = "198.51.100.23";
    return token;
}

Successor successor(const TokenHash& hash) { return {.hash = hash, .expires_at_us = expiry_us()}; }

}  // namespace tokenstore::bench
