// One token in the states that the format tests need.
#pragma once

#include <tokenstore/token.hpp>

namespace tokenstore::tool::test {

inline constexpr std::int64_t created_us = 1'776'816'983'579'050;  // 2026-04-22 00:16:23.57905+00
inline constexpr std::int64_t expires_us = 1'779'408'983'000'000;  // 2026-05-22 00:16:23+00
inline constexpr std::int64_t end_us = 1'777'000'000'000'000;      // 2026-04-24 03:06:40+00

inline constexpr const char* id_text = "019db28b-8e1b-7095-8647-b45183dc32ab";
inline constexpr const char* user_text = "b30c35ee-e001-4c95-b03d-dfbc69d455e4";
inline constexpr const char* family_text = "019db28b-8e1b-7ad7-9eb9-218af6aff4c3";
inline constexpr const char* hash_text = "4f28c60f3d4cebd8ab2cffd6a4bde132a54552c41e029480a5903e7e2a99374e";

inline JudgedToken live_token() {
    JudgedToken judged;
    judged.token.hash = *parse_token_hash(hash_text);
    judged.token.id = *parse_id<TokenId>(id_text);
    judged.token.chain_id = judged.token.id;
    judged.token.user_id = *parse_id<UserId>(user_text);
    judged.token.family_id = *parse_id<FamilyId>(family_text);
    judged.token.created_at_us = created_us;
    judged.token.expires_at_us = expires_us;
    judged.token.device_name = "ThinkPad X1, B\xc3\xbcro";
    judged.state = TokenState::live;
    return judged;
}

inline JudgedToken with_family_ended(JudgedToken judged) {
    judged.state = TokenState::revoked;
    judged.revocation = {.reason = RevocationReason::family_revoked, .at_us = end_us};
    return judged;
}

}  // namespace tokenstore::tool::test
