#include "operations/count.hpp"

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/token_state.hpp"

namespace tokenstore::operations {

namespace {

// Tokens whose ends are looked up together.
constexpr std::size_t tokens_per_step = 256;

/// Collects tokens and hands them on judged, a step at a time.
class JudgingWalk {
public:
    JudgingWalk(const storage::Database& database, std::int64_t now_us,
                const std::function<bool(const JudgedToken&)>& visit)
        : database_(database), now_us_(now_us), visit_(visit) {}

    /// False once the walk is over: stopped by the visitor, or failed.
    bool add(Token&& token) {
        owners_.push_back({token.family_id, token.user_id});
        tokens_.push_back(std::move(token));
        return tokens_.size() < tokens_per_step || hand_on();
    }

    bool hand_on() {
        auto ends = database_.get_ends(owners_);
        if (!ends) {
            failure_ = std::move(ends).error();
            return false;
        }
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            ++visited_;
            if (!visit_(model::judge(std::move(tokens_[i]), (*ends)[i], now_us_))) {
                stopped_ = true;
                return false;
            }
        }
        tokens_.clear();
        owners_.clear();
        return true;
    }

    [[nodiscard]] bool over() const noexcept { return stopped_ || failure_; }
    [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
    [[nodiscard]] std::uint64_t visited() const noexcept { return visited_; }

private:
    const storage::Database& database_;
    std::int64_t now_us_;
    const std::function<bool(const JudgedToken&)>& visit_;
    std::vector<Token> tokens_;
    std::vector<storage::Owner> owners_;
    std::uint64_t visited_ = 0;
    bool stopped_ = false;
    std::optional<Error> failure_;
};

}  // namespace

Result<std::uint64_t> for_each_token(const storage::Database& database, std::int64_t now_us,
                                     const std::function<bool(const JudgedToken&)>& visit) {
    JudgingWalk walk(database, now_us, visit);
    auto scanned = database.scan_tokens([&](Token&& token) { return walk.add(std::move(token)); });
    if (!scanned) return std::move(scanned).error();
    if (!walk.over()) walk.hand_on();
    if (walk.failure()) return *walk.failure();
    return walk.visited();
}

Result<TokenCounts> count(const storage::Database& database, std::int64_t now_us) {
    TokenCounts counts;
    auto visited = for_each_token(database, now_us, [&](const JudgedToken& judged) {
        if (judged.state == TokenState::live) ++counts.live;
        if (judged.revocation) ++counts.revoked;
        if (judged.token.consumed_at_us) ++counts.consumed;
        if (model::is_expired(judged.token.expires_at_us, now_us)) ++counts.expired;
        return true;
    });
    if (!visited) return std::move(visited).error();
    counts.tokens = *visited;
    auto users = database.count_users();
    if (!users) return std::move(users).error();
    counts.users = *users;
    auto families = database.count_families();
    if (!families) return std::move(families).error();
    counts.families = *families;
    return counts;
}

}  // namespace tokenstore::operations
