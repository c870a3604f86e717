// Which tokens a dump is of.
#pragma once

#include <cstdint>
#include <optional>

#include <tokenstore/token.hpp>

namespace tokenstore::tool {

/// What is absent excludes nothing.
struct TokenFilter {
    std::optional<TokenState> state;
    std::optional<UserId> user;
    std::optional<FamilyId> family;
    std::optional<std::int64_t> expires_before_us;  ///< expires earlier
    std::optional<std::int64_t> expires_after_us;   ///< expires then or later
    std::optional<std::int64_t> created_before_us;  ///< was created earlier
    std::optional<std::int64_t> created_after_us;   ///< was created then or later

    [[nodiscard]] bool accepts(const JudgedToken& judged) const noexcept;
};

}  // namespace tokenstore::tool
