#include "support/token_builders.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codec/packed_text.hpp"

namespace tokenstore::test {

namespace {

// Told apart by the seed, so that no id of one kind equals one of another.
enum class Kind : std::uint64_t { hash, token, user, family };

void fill(std::span<std::uint8_t> bytes, Kind kind, std::uint64_t number) {
    std::mt19937_64 random(number * 4 + static_cast<std::uint64_t>(kind));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() >> 56U);
}

void mark_as_uuid(std::array<std::uint8_t, 16>& bytes, unsigned version) {
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | version << 4U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
}

template <class IdType>
IdType random_id(Kind kind, std::uint64_t number) {
    IdType id;
    fill(id.bytes, kind, number);
    mark_as_uuid(id.bytes, 4);
    return id;
}

std::size_t up_to(std::mt19937_64& random, std::size_t most) { return random() % (most + 1); }

bool coin(std::mt19937_64& random) { return random() % 2 == 0; }

std::int64_t random_time_us(std::mt19937_64& random) {
    const auto any = static_cast<std::int64_t>(random());
    return coin(random) ? any : any % ManualClock::first_wall_us;
}

// The shortest and longest that each length in UTF-8 can write, and what text meets in between.
constexpr std::array<std::string_view, 12> characters{std::string_view("\0", 1),
                                                      "a",
                                                      "~",
                                                      "\xc2\x80",
                                                      "\xc3\xbc",
                                                      "\xdf\xbf",
                                                      "\xe0\xa0\x80",
                                                      "\xe2\x82\xac",
                                                      "\xef\xbf\xbf",
                                                      "\xf0\x90\x80\x80",
                                                      "\xf0\x9f\x94\x91",
                                                      "\xf4\x8f\xbf\xbf"};

std::string random_text(std::mt19937_64& random, std::size_t most_characters, std::size_t most_bytes) {
    std::string text;
    for (std::size_t left = up_to(random, most_characters); left > 0; --left) {
        const std::string_view character = characters[up_to(random, characters.size() - 1)];
        if (text.size() + character.size() > most_bytes) break;
        text += character;
    }
    return text;
}

/// Of either kind; one of IPv6 has runs of zeros, which its text leaves out.
std::string random_ip_address(std::mt19937_64& random) {
    if (coin(random)) {
        codec::PackedIpv4 packed{};
        for (auto& byte : packed) byte = static_cast<std::uint8_t>(random());
        return codec::unpack_ipv4(packed);
    }
    codec::PackedIpv6 packed{};
    for (auto& byte : packed) byte = static_cast<std::uint8_t>(coin(random) ? random() : 0);
    return codec::unpack_ipv6(packed);
}

template <class Make>
auto maybe(std::mt19937_64& random, Make make) -> std::optional<decltype(make())> {
    if (coin(random)) return make();
    return std::nullopt;
}

}  // namespace

TokenHash make_hash(std::uint64_t number) {
    TokenHash hash;
    fill(hash.bytes, Kind::hash, number);
    return hash;
}

UserId make_user_id(std::uint64_t number) { return random_id<UserId>(Kind::user, number); }

FamilyId make_family_id(std::uint64_t number) { return random_id<FamilyId>(Kind::family, number); }

TokenId make_token_id(std::uint64_t number) {
    TokenId id;
    fill(id.bytes, Kind::token, number);
    const auto milliseconds = static_cast<std::uint64_t>(ManualClock::first_wall_us) / 1000 + number;
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    mark_as_uuid(id.bytes, 7);
    return id;
}

Token make_token(std::uint64_t number) {
    Token token;
    token.hash = make_hash(number);
    token.id = make_token_id(number);
    token.chain_id = token.id;
    token.user_id = make_user_id(number);
    token.family_id = make_family_id(number);
    token.created_at_us = ManualClock::first_wall_us;
    token.expires_at_us = ManualClock::first_wall_us + 30 * day_us;
    token.issue_stamp_us = ManualClock::first_wall_us;
    return token;
}

NewToken make_new_token(std::uint64_t number) {
    const Token token = make_token(number);
    NewToken new_token;
    new_token.hash = token.hash;
    new_token.user_id = token.user_id;
    new_token.family_id = token.family_id;
    new_token.expires_at_us = token.expires_at_us;
    return new_token;
}

Successor make_successor(std::uint64_t number) {
    Successor successor;
    successor.hash = make_hash(number);
    successor.expires_at_us = ManualClock::first_wall_us + 30 * day_us;
    return successor;
}

Token with_all_fields(Token token) {
    token.chain_id = make_token_id(0);
    token.updated_at_us = token.created_at_us + hour_us;
    token.revoked = true;
    token.revoked_at_us = token.created_at_us + 2 * hour_us;
    token.consumed_at_us = token.created_at_us + hour_us;
    token.predecessor = make_hash(1'000'001);
    token.successor = make_hash(1'000'002);
    token.device_id = "device-7f3a";
    token.device_name = "J\xc3\xbcrgen's Laptop";
    token.ip_address = "2001:db8::17";
    return token;
}

Token random_token(std::mt19937_64& random) {
    Token token;
    token.hash = make_hash(random());
    token.id = make_token_id(random());
    token.chain_id = coin(random) ? token.id : make_token_id(random());
    token.user_id = make_user_id(random());
    token.family_id = make_family_id(random());
    token.created_at_us = random_time_us(random);
    token.expires_at_us = random_time_us(random);
    token.issue_stamp_us = coin(random) ? token.created_at_us : random_time_us(random);
    token.revoked = coin(random);
    const auto time = [&random] { return random_time_us(random); };
    token.updated_at_us = maybe(random, time);
    token.revoked_at_us = maybe(random, time);
    token.consumed_at_us = maybe(random, time);
    const auto hash = [&random] { return make_hash(random()); };
    token.predecessor = maybe(random, hash);
    token.successor = maybe(random, hash);
    token.device_id = maybe(random, [&random] {
        return coin(random) ? to_string(make_token_id(random())) : random_text(random, 255, 255);
    });
    token.device_name = maybe(random, [&random] { return random_text(random, 100, 400); });
    token.ip_address =
        maybe(random, [&random] { return coin(random) ? random_ip_address(random) : random_text(random, 45, 45); });
    return token;
}

}  // namespace tokenstore::test
