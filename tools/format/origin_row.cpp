#include "format/origin_row.hpp"

#include <algorithm>

namespace tokenstore::tool {

OriginState origin_state(const JudgedToken& judged) noexcept {
    const Token& token = judged.token;
    OriginState state{.is_revoked = token.revoked || token.consumed_at_us || judged.revocation,
                      .revoked_at_us = token.revoked_at_us,
                      .updated_at_us = token.updated_at_us};
    if (token.revoked) return state;
    if (token.consumed_at_us) {
        if (!state.revoked_at_us) state.revoked_at_us = token.consumed_at_us;
    } else if (judged.revocation && judged.revocation->at_us) {
        // Only its family's or user's end covers the token: its record was not touched, the origin's row would have
        // been.
        const std::int64_t ended_at_us = *judged.revocation->at_us;
        if (!state.revoked_at_us) state.revoked_at_us = ended_at_us;
        state.updated_at_us = std::max(ended_at_us, state.updated_at_us.value_or(ended_at_us));
    }
    return state;
}

}  // namespace tokenstore::tool
