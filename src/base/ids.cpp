// Text forms of hashes and ids, and new ids.
#include <tokenstore/ids.hpp>

#include <span>

#include "base/hex.hpp"
#include "base/random.hpp"

namespace tokenstore {

namespace {

// The five groups of a UUID's text, in bytes: 8-4-4-4-12 digits.
constexpr std::array<std::size_t, 5> uuid_groups{4, 2, 2, 2, 6};
constexpr std::size_t uuid_text_length = 36;

Error malformed_id() {
    return {ErrorCode::malformed_id, WriteState::nothing_written, "an id must be a UUID in the form 8-4-4-4-12"};
}

}  // namespace

std::string to_hex(const TokenHash& hash) {
    std::string text;
    text.reserve(2 * hash.bytes.size());
    base::append_hex(text, hash.bytes);
    return text;
}

Result<TokenHash> parse_token_hash(std::string_view hex) {
    TokenHash hash;
    if (!base::parse_hex(hex, hash.bytes)) {
        return Error{ErrorCode::malformed_hash, WriteState::nothing_written, "a token hash must be 64 hex digits"};
    }
    return hash;
}

template <class Tag>
std::string to_string(const Id<Tag>& id) {
    std::string text;
    text.reserve(uuid_text_length);
    std::span<const std::uint8_t> rest(id.bytes);
    for (const std::size_t group : uuid_groups) {
        if (!text.empty()) text.push_back('-');
        base::append_hex(text, rest.first(group));
        rest = rest.subspan(group);
    }
    return text;
}

template <class IdType>
Result<IdType> parse_id(std::string_view text) {
    if (text.size() != uuid_text_length) return malformed_id();
    IdType id;
    std::span<std::uint8_t> rest(id.bytes);
    for (const std::size_t group : uuid_groups) {
        if (!base::parse_hex(text.substr(0, 2 * group), rest.first(group))) return malformed_id();
        text.remove_prefix(2 * group);
        rest = rest.subspan(group);
        if (rest.empty()) break;
        if (text.front() != '-') return malformed_id();
        text.remove_prefix(1);
    }
    return id;
}

// RFC 9562 section 5.7 with the microseconds below the millisecond in rand_a (section 6.2, method 3): ids made at
// increasing microseconds sort by them. 62 random bits keep apart what was made in the same microsecond.
template <class IdType>
Result<IdType> generate_id(std::int64_t now_us) {
    constexpr std::int64_t longest_ms = (std::int64_t{1} << 48) - 1;
    const std::int64_t now_ms = now_us / 1000;
    if (now_us < 0 || now_ms > longest_ms) {
        return Error{ErrorCode::time_out_of_range, WriteState::nothing_written,
                     "an id cannot be made for a time before 1970 or beyond 48 bits of milliseconds"};
    }
    IdType id;
    if (auto filled = base::fill_random_for_id(std::span(id.bytes).template last<8>()); !filled)
        return std::move(filled).error();

    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(now_ms >> (40 - 8 * i));
    const auto fraction = static_cast<unsigned>(now_us % 1000 * 4096 / 1000);  // of a millisecond, in 12 bits
    id.bytes[6] = static_cast<std::uint8_t>(0x70U | (fraction >> 8));          // version 7
    id.bytes[7] = static_cast<std::uint8_t>(fraction);
    id.bytes[8] = static_cast<std::uint8_t>(0x80U | (id.bytes[8] & 0x3fU));  // variant of RFC 9562
    return id;
}

template std::string to_string(const TokenId&);
template std::string to_string(const FamilyId&);
template std::string to_string(const UserId&);
template Result<TokenId> parse_id<TokenId>(std::string_view);
template Result<FamilyId> parse_id<FamilyId>(std::string_view);
template Result<UserId> parse_id<UserId>(std::string_view);
template Result<TokenId> generate_id<TokenId>(std::int64_t);
template Result<FamilyId> generate_id<FamilyId>(std::int64_t);
template Result<UserId> generate_id<UserId>(std::int64_t);

}  // namespace tokenstore
