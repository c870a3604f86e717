#include "format/validity.hpp"

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "format/rfc3339.hpp"

namespace tokenstore::tool {
namespace {

std::string_view what_ended_it(RevocationReason reason) noexcept {
    switch (reason) {
        case RevocationReason::token_revoked:
            return "revoked by itself";
        case RevocationReason::family_revoked:
            return "its family was revoked";
        case RevocationReason::reuse_detected:
            return "its family was ended by reuse: a consumed token was presented again";
        case RevocationReason::revoked_presented:
            return "its family was ended because a revoked token was presented";
        case RevocationReason::user_revoked:
            return "all tokens of its user were revoked";
    }
    return "revoked";
}

}  // namespace

bool is_valid(const JudgedToken& judged) noexcept { return judged.state == TokenState::live; }

std::string rough_duration(std::int64_t duration_us) {
    const std::int64_t seconds = std::abs(duration_us) / 1'000'000;
    constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> units = {
        {{86'400, "day"}, {3'600, "hour"}, {60, "minute"}, {1, "second"}}};
    for (const auto& [unit_seconds, unit] : units) {
        const std::int64_t count = seconds / unit_seconds;
        if (count == 0 && unit_seconds != 1) continue;
        return std::to_string(count) + ' ' + std::string(unit) + (count == 1 ? "" : "s");
    }
    return {};
}

std::string why_valid_or_not(const JudgedToken& judged, std::int64_t as_of_us, const Redaction& shown) {
    const Token& token = judged.token;
    std::string why;
    switch (judged.state) {
        case TokenState::live:
            return "neither ended nor consumed, and expires on " + rfc3339_seconds(token.expires_at_us) + ", in " +
                   rough_duration(token.expires_at_us - as_of_us);
        case TokenState::expired:
            return "expired on " + rfc3339_seconds(token.expires_at_us) + ", " +
                   rough_duration(as_of_us - token.expires_at_us) + " before";
        case TokenState::consumed:
            why = "rotated away on " + rfc3339_seconds(token.consumed_at_us.value_or(token.created_at_us));
            if (token.successor) why += "; its successor is " + shown(*token.successor);
            return why + "; presenting it again ends its family";
        case TokenState::revoked:
            break;
    }
    if (!judged.revocation) return "revoked";
    why = what_ended_it(judged.revocation->reason);
    if (judged.revocation->at_us) why += ", on " + rfc3339_seconds(*judged.revocation->at_us);
    return why;
}

}  // namespace tokenstore::tool
