#include "model/token_state.hpp"

#include <utility>

namespace tokenstore::model {

std::optional<Revocation> revocation_of(const Token& token, const Ends& ends) noexcept {
    if (token.revoked) return Revocation{RevocationReason::token_revoked, token.revoked_at_us};
    if (ends.family) return Revocation{ends.family->reason, ends.family->ended_at_us};
    if (ends.user && covers(*ends.user, token.issue_stamp_us)) {
        return Revocation{RevocationReason::user_revoked, ends.user->ended_at_us};
    }
    return std::nullopt;
}

TokenState state_of(const TokenHead& token, const Ends& ends, std::int64_t now_us) noexcept {
    const bool ended_with_its_user = ends.user && covers(*ends.user, token.issue_stamp_us);
    if (token.revoked || ends.family || ended_with_its_user) return TokenState::revoked;
    if (token.consumed) return TokenState::consumed;
    if (is_expired(token.whose.expires_at_us, now_us)) return TokenState::expired;
    return TokenState::live;
}

JudgedToken judge(Token token, const Ends& ends, std::int64_t now_us) {
    JudgedToken judged;
    judged.state = state_of(token, ends, now_us);
    judged.revocation = revocation_of(token, ends);
    judged.token = std::move(token);
    return judged;
}

}  // namespace tokenstore::model
