// cleanup_expired: removes expired tokens in small steps and counts exactly what it removed.
//
// A step takes the stripes of a few tokens, reads them again, and deletes in one batch what is still there and expired;
// only what that batch removed is counted, so concurrent calls and the TTL filter never make a token count twice.
#pragma once

#include <cstdint>

#include <tokenstore/error.hpp>

#include "operations/context.hpp"

namespace tokenstore::operations {

[[nodiscard]] Result<std::uint64_t> cleanup_expired(Context& context, Durability durability);

}  // namespace tokenstore::operations
