#include "model/rotation.hpp"

#include <utility>

#include "model/token_state.hpp"

namespace tokenstore::model {

RotationDecision decide_rotation(const RotationFacts& facts) noexcept {
    if (facts.presented == nullptr) return {RotateOutcome::not_found, std::nullopt};
    const auto end_family = [&](RevocationReason reason) {
        return facts.ends.family ? std::nullopt : std::optional(reason);
    };
    switch (state_of(*facts.presented, facts.ends, facts.now_us)) {  // GCOVR_EXCL_BR_LINE: each state has its case
        case TokenState::revoked:
            // A consumed token of an ended family or user comes here too: the alarm was raised, or the session ended,
            // before; presenting it again is no news.
            return {RotateOutcome::revoked, end_family(RevocationReason::revoked_presented)};
        case TokenState::consumed:
            return {RotateOutcome::reuse_detected, end_family(RevocationReason::reuse_detected)};
        case TokenState::expired:
            return {RotateOutcome::expired, std::nullopt};
        case TokenState::live:
            break;
    }
    if (facts.new_hash_stored) return {RotateOutcome::already_exists, std::nullopt};
    return {RotateOutcome::rotated, std::nullopt};
}

Token consumed(Token token, const TokenHash& successor, std::int64_t now_us) {
    token.consumed_at_us = now_us;
    token.updated_at_us = now_us;
    token.successor = successor;
    return token;
}

Token successor_of(const Token& presented, const Successor& request, const TokenId& id, std::int64_t issue_stamp_us,
                   std::int64_t now_us) {
    const auto or_inherited = [](const std::optional<std::string>& given, const std::optional<std::string>& inherited) {
        return given ? given : inherited;
    };
    Token token;
    token.hash = request.hash;
    token.id = id;
    token.chain_id = presented.chain_id;
    token.user_id = presented.user_id;
    token.family_id = presented.family_id;
    token.created_at_us = now_us;
    token.expires_at_us = request.expires_at_us;
    token.issue_stamp_us = issue_stamp_us;
    token.predecessor = presented.hash;
    token.device_id = or_inherited(request.device_id, presented.device_id);
    token.device_name = or_inherited(request.device_name, presented.device_name);
    token.ip_address = or_inherited(request.ip_address, presented.ip_address);
    return token;
}

}  // namespace tokenstore::model
