#include "format/token_filter.hpp"

namespace tokenstore::tool {
namespace {

template <class Value>
bool is_or_any(const std::optional<Value>& wanted, const Value& value) noexcept {
    return !wanted || *wanted == value;
}

bool lies_between(std::int64_t time_us, const std::optional<std::int64_t>& from_us,
                  const std::optional<std::int64_t>& before_us) noexcept {
    return (!from_us || time_us >= *from_us) && (!before_us || time_us < *before_us);
}

}  // namespace

bool TokenFilter::accepts(const JudgedToken& judged) const noexcept {
    const Token& token = judged.token;
    return is_or_any(state, judged.state) && is_or_any(user, token.user_id) && is_or_any(family, token.family_id) &&
           lies_between(token.expires_at_us, expires_after_us, expires_before_us) &&
           lies_between(token.created_at_us, created_after_us, created_before_us);
}

}  // namespace tokenstore::tool
