// What a walk over stored tokens is asked for, and what it answers besides the tokens.
#pragma once

#include <cstdint>
#include <optional>

#include <tokenstore/ids.hpp>
#include <tokenstore/token.hpp>

namespace tokenstore {

/// What a walk does where bytes do not check out.
enum class OnDamage {
    stop,  ///< ends with the error `corrupt`
    skip,  ///< goes on behind them, and counts them: for saving what can be read
};

/// Which tokens, judged for which moment (UTC microseconds since the epoch).
struct TokenWalk {
    std::int64_t as_of_us = 0;
    TokenHash from{};  ///< tokens with a lesser hash are passed over
    OnDamage on_damage = OnDamage::stop;
};

struct WalkedTokens {
    std::uint64_t visited = 0;
    std::uint64_t damaged_records = 0;  ///< tokens that do not check out, or whose end does not; not visited
    std::uint64_t lost_stretches = 0;   ///< times that blocks could not be read; how many tokens they held is unknown

    [[nodiscard]] bool met_damage() const noexcept { return damaged_records != 0 || lost_stretches != 0; }
};

/// What belongs to a family as a whole.
struct WalkedFamily {
    std::optional<UserId> user_id = std::nullopt;  ///< absent once no token of the family is stored
    std::optional<Revocation> end = std::nullopt;  ///< the family's own end, if it was ended
    std::uint64_t visited = 0;
};

}  // namespace tokenstore
