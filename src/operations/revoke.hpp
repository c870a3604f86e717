// revoke_token, revoke_family, revoke_all_user_tokens, and ending a family from within a rotation.
#pragma once

#include <cstdint>

#include <tokenstore/error.hpp>
#include <tokenstore/outcomes.hpp>

#include "model/ends.hpp"
#include "operations/context.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<RevokeTokenOutcome> revoke_token(Context& context, const TokenHash& hash, Durability durability);

[[nodiscard]] Result<RevokeResult> revoke_family(Context& context, const FamilyId& family, Counting counting,
                                                 Durability durability);

[[nodiscard]] Result<RevokeResult> revoke_all_user_tokens(Context& context, const UserId& user, Counting counting,
                                                          Durability durability);

/// How long the end of a family or user is kept: past the last expiry that it covers by more than a believed clock can
/// be wrong, which at open is Options::longest_downtime_us.
[[nodiscard]] std::int64_t keep_until_us(const Context& context, std::int64_t last_expiry_us);

/// The end to record for a family that is ended now: kept until no token it covers can be alive.
[[nodiscard]] model::FamilyEnd family_end_now(const Context& context, RevocationReason reason, std::int64_t now_us);

}  // namespace tokenstore::operations
