// What decides about a token, and whose it is: the part of its record that most look-ups need. Plain bytes, where a
// Token holds texts.
#pragma once

#include <cstdint>

#include <tokenstore/token.hpp>

namespace tokenstore::model {

struct TokenHead {
    ValidToken whose;
    std::int64_t issue_stamp_us = 0;
    bool revoked = false;
    bool consumed = false;

    friend bool operator==(const TokenHead&, const TokenHead&) = default;
};

[[nodiscard]] inline TokenHead head_of(const Token& token) noexcept {
    return {.whose = {.id = token.id,
                      .chain_id = token.chain_id,
                      .user_id = token.user_id,
                      .family_id = token.family_id,
                      .created_at_us = token.created_at_us,
                      .expires_at_us = token.expires_at_us},
            .issue_stamp_us = token.issue_stamp_us,
            .revoked = token.revoked,
            .consumed = token.consumed_at_us.has_value()};
}

}  // namespace tokenstore::model
