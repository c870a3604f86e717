#include "operations/index_tips.hpp"

#include <utility>

namespace tokenstore::operations {

using storage::Family;

namespace {

Result<std::optional<Token>> token_with(const storage::Database& database, const TokenHash& hash) {
    std::optional<Token> token(std::in_place);
    auto found = database.get_token(hash, *token);
    if (!found) return std::move(found).error();
    if (!*found) token.reset();
    return token;
}

Result<std::optional<Token>> tip_of_user_chain(const storage::Database& database, const UserId& user,
                                               const TokenId& chain) {
    const auto entry = database.get_user_chain(user, chain);
    if (!entry) return entry.error();
    if (!*entry) return std::nullopt;
    return token_with(database, (*entry)->tip);
}

}  // namespace

codec::FixedKey<32> entry_key(Family index, const Token& token) noexcept {
    return index == Family::by_family ? codec::index_key(token.family_id, token.chain_id)
                                      : codec::index_key(token.user_id, token.chain_id);
}

std::string expected_entry(Family index, const Token& token) {
    const auto key = entry_key(index, token);
    if (index == Family::by_family) {
        return codec::encode_index_entry(key.view(), codec::FamilyIndexEntry{.expires_at_us = token.expires_at_us,
                                                                             .issue_stamp_us = token.issue_stamp_us,
                                                                             .user_id = token.user_id,
                                                                             .revoked = token.revoked});
    }
    return codec::encode_index_entry(key.view(), codec::UserIndexEntry{.expires_at_us = token.expires_at_us,
                                                                       .issue_stamp_us = token.issue_stamp_us,
                                                                       .family_id = token.family_id,
                                                                       .tip = token.hash,
                                                                       .revoked = token.revoked});
}

Result<std::optional<Token>> tip_of_chain(const storage::Database& database, const Token& token) {
    return tip_of_user_chain(database, token.user_id, token.chain_id);
}

Result<std::optional<Token>> tip_of(const storage::Database& database, std::string_view key,
                                    const codec::FamilyIndexEntry& entry) {
    return tip_of_user_chain(database, entry.user_id, *codec::chain_of_index_key(key));
}

Result<std::optional<Token>> tip_of(const storage::Database& database, std::string_view /*key*/,
                                    const codec::UserIndexEntry& entry) {
    return token_with(database, entry.tip);
}

}  // namespace tokenstore::operations
