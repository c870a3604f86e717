#include "operations/walk.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/token_state.hpp"

namespace tokenstore::operations {

namespace {

// Tokens whose ends are looked up together.
constexpr std::size_t tokens_per_step = 256;

// A walk that goes on for so long reads all ends once rather than look up those of each token.
constexpr std::uint64_t steps_of_a_long_walk = 32;

/// Collects tokens and hands them on judged, a step at a time.
class JudgingWalk {
public:
    JudgingWalk(const storage::Database& database, const TokenWalk& walk,
                const std::function<bool(const JudgedToken&)>& visit)
        : database_(database), walk_(walk), visit_(visit) {}

    /// False once the walk is over: stopped by the visitor, or failed.
    bool add(Token&& token) {
        owners_.push_back({token.family_id, token.user_id});
        tokens_.push_back(std::move(token));
        return tokens_.size() < tokens_per_step || hand_on();
    }

    bool hand_on() {
        if (++steps_ == steps_of_a_long_walk) learn_possible_ends();
        auto ends = database_.get_ends(owners_, possible_ends_ ? &*possible_ends_ : nullptr);
        const bool go_on = ends ? hand_on_with(*ends) : hand_on_one_by_one(std::move(ends).error());
        tokens_.clear();
        owners_.clear();
        return go_on;
    }

    [[nodiscard]] bool over() const noexcept { return stopped_ || failure_; }
    [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
    [[nodiscard]] std::uint64_t visited() const noexcept { return visited_; }
    [[nodiscard]] std::uint64_t without_readable_end() const noexcept { return without_readable_end_; }

private:
    void learn_possible_ends() {
        // Where not all can be read, each is looked up: the damage concerns some tokens only.
        if (auto possible = database_.possible_ends()) possible_ends_ = *std::move(possible);
    }

    bool hand_on(Token&& token, const model::Ends& ends) {
        ++visited_;
        stopped_ = !visit_(model::judge(std::move(token), ends, walk_.as_of_us));
        return !stopped_;
    }

    bool hand_on_with(const std::vector<model::Ends>& ends) {
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (!hand_on(std::move(tokens_[i]), ends[i])) return false;
        }
        return true;
    }

    /// One of the ends is damaged: only the tokens that it may cover are passed over.
    bool hand_on_one_by_one(Error&& error) {
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (walk_.on_damage == OnDamage::stop || error.code != ErrorCode::corrupt) {
                failure_ = std::move(error);
                return false;
            }
            auto ends = database_.get_ends(owners_[i]);
            if (ends) {
                if (!hand_on(std::move(tokens_[i]), *ends)) return false;
            } else {
                ++without_readable_end_;
                error = std::move(ends).error();
            }
        }
        return true;
    }

    const storage::Database& database_;
    const TokenWalk& walk_;
    const std::function<bool(const JudgedToken&)>& visit_;
    std::vector<Token> tokens_;
    std::vector<storage::Owner> owners_;
    std::uint64_t steps_ = 0;
    std::optional<storage::PossibleEnds> possible_ends_;
    std::uint64_t visited_ = 0;
    std::uint64_t without_readable_end_ = 0;
    bool stopped_ = false;
    std::optional<Error> failure_;
};

/// Follows one chain from its tip back, as far as it is stored. False once `visit` wants no more.
Result<bool> walk_chain(const storage::Database& database, const TokenHash& tip, const model::Ends& ends,
                        std::int64_t now_us, const std::function<bool(const JudgedToken&)>& visit,
                        std::uint64_t& visited) {
    auto hash = tip;
    std::optional<TokenHash> successor;
    for (;;) {
        Token token;
        const auto found = database.get_token(hash, token);
        if (!found) return found.error();
        // A predecessor that names another successor is none: no chain runs in a circle.
        if (!*found || (successor && token.successor != successor)) return true;
        ++visited;
        const auto predecessor = token.predecessor;
        if (!visit(model::judge(std::move(token), ends, now_us))) return false;
        if (!predecessor) return true;
        successor = std::exchange(hash, *predecessor);
    }
}

}  // namespace

Result<WalkedTokens> walk_tokens(const storage::Database& database, const TokenWalk& walk,
                                 const std::function<bool(const JudgedToken&)>& visit) {
    JudgingWalk judging(database, walk, visit);
    storage::SkippedDamage skipped;
    auto scanned = database.scan_tokens(walk.from, walk.on_damage == OnDamage::skip ? &skipped : nullptr,
                                        [&](Token&& token) { return judging.add(std::move(token)); });
    if (!scanned) return std::move(scanned).error();
    if (!judging.over()) judging.hand_on();
    if (judging.failure()) return *judging.failure();
    return WalkedTokens{.visited = judging.visited(),
                        .damaged_records = skipped.records + judging.without_readable_end(),
                        .lost_stretches = skipped.stretches};
}

Result<std::optional<WalkedFamily>> walk_family(const storage::Database& database, const FamilyId& family,
                                                std::int64_t now_us,
                                                const std::function<bool(const JudgedToken&)>& visit) {
    WalkedFamily walked;
    model::Ends ends;
    auto family_end = database.get_family_end(family);
    if (!family_end) return std::move(family_end).error();
    ends.family = *family_end;
    if (ends.family) walked.end = Revocation{ends.family->reason, ends.family->ended_at_us};

    std::vector<TokenId> chains;
    auto scanned = database.scan_family(family, [&](const storage::FamilyChain& chain) {
        walked.user_id = chain.entry.user_id;
        chains.push_back(chain.id);
        return true;
    });
    if (!scanned) return std::move(scanned).error();
    std::ranges::reverse(chains);  // the index has the newest login first
    if (chains.empty() && !walked.end) return std::nullopt;
    if (walked.user_id) {
        auto user_end = database.get_user_end(*walked.user_id);
        if (!user_end) return std::move(user_end).error();
        ends.user = *user_end;
    }
    for (const auto& chain : chains) {
        const auto entry = database.get_user_chain(*walked.user_id, chain);
        if (!entry) return entry.error();
        if (!*entry) continue;  // reclaimed before the family's
        const auto more = walk_chain(database, (*entry)->tip, ends, now_us, visit, walked.visited);
        if (!more) return more.error();
        if (!*more) break;
    }
    return walked;
}

}  // namespace tokenstore::operations
