// Text forms of hashes and ids, and new ids.
#include <tokenstore/ids.hpp>

#include <array>
#include <span>

#include "base/hex.hpp"
#include "base/random.hpp"
#include "base/uuid_text.hpp"
#include "base/uuid_v7.hpp"

namespace tokenstore {

namespace {

Error malformed_id() {
    return {ErrorCode::malformed_id, WriteState::nothing_written, "an id must be a UUID in the form 8-4-4-4-12"};
}

}  // namespace

void append_hex(std::string& text, const TokenHash& hash) {
    std::array<char, 2 * sizeof hash.bytes> digits{};
    base::write_hex(digits.data(), hash.bytes);
    text.append(digits.data(), digits.size());
}

std::string to_hex(const TokenHash& hash) {
    std::string text;
    append_hex(text, hash);
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
void append_id(std::string& text, const Id<Tag>& id) {
    base::append_uuid_text(text, id.bytes);
}

template <class Tag>
std::string to_string(const Id<Tag>& id) {
    std::string text;
    append_id(text, id);
    return text;
}

template <class IdType>
Result<IdType> parse_id(std::string_view text) {
    IdType id;
    if (!base::parse_uuid_text(text, id.bytes)) return malformed_id();
    return id;
}

// 62 random bits keep apart what was made in the same microsecond.
template <class IdType>
Result<IdType> generate_id(std::int64_t now_us) {
    if (now_us < 0 || now_us > base::last_uuid_v7_us) {
        return Error{ErrorCode::time_out_of_range, WriteState::nothing_written,
                     "an id cannot be made for a time before 1970 or beyond 48 bits of milliseconds"};
    }
    IdType id;
    if (auto filled = base::fill_random_for_id(std::span(id.bytes).template last<8>()); !filled)
        return std::move(filled).error();
    base::stamp_uuid_v7(id.bytes, now_us);
    return id;
}

template void append_id(std::string&, const TokenId&);
template void append_id(std::string&, const FamilyId&);
template void append_id(std::string&, const UserId&);
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
