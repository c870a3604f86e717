#include "linearizability/random_history.hpp"

#include <algorithm>
#include <utility>

#include "linearizability/specification.hpp"

namespace tokenstore::test {

namespace {

Call random_call(Dice& dice, const RandomHistoryShape& shape) {
    const auto token = [&] { return static_cast<TokenNumber>(dice.below(shape.tokens)); };
    const auto family = [&] { return static_cast<FamilyNumber>(dice.below(shape.families)); };
    const auto user = [&] { return static_cast<UserNumber>(dice.below(shape.users)); };
    const auto drawn = dice.below(100);
    if (drawn < 30) {
        const auto its_family = family();
        const auto its_user = its_family % shape.users;
        return create_token(token(), its_family, dice.chance(90) ? its_user : user());
    }
    if (drawn < 60) return rotate_token(token(), token());
    if (drawn < 70) return revoke_token(token());
    if (drawn < 75) return revoke_family(family());
    if (drawn < 80) return revoke_all_user_tokens(user());
    return drawn < 90 ? get_by_hash(token()) : get_valid_by_hash(token());
}

/// The answer that the same call gets in the state after some other calls.
Outcome random_outcome(Dice& dice, const Call& call, const RandomHistoryShape& shape) {
    StoreState state;
    for (auto before = dice.below(6); before > 0; --before) state = apply(state, random_call(dice, shape)).next;
    return apply(state, call).outcome;
}

}  // namespace

History random_linearizable_history(Dice& dice, const RandomHistoryShape& shape) {
    History history;
    StoreState state;
    for (std::size_t i = 0; i < shape.calls; ++i) {
        const std::uint64_t effect = shape.longest_wait + 10 * i;
        RecordedCall recorded;
        recorded.thread = i;
        recorded.call = random_call(dice, shape);
        recorded.span.begin = effect - dice.below(shape.longest_wait);
        recorded.span.end = effect + dice.below(shape.longest_wait);
        const bool is_unknown = dice.chance(shape.unknown_percent);
        if (is_unknown || dice.chance(shape.unknown_percent)) recorded.span.end = never;
        const bool takes_effect = recorded.span.end != never || dice.chance(50);
        if (takes_effect) {
            auto step = apply(state, recorded.call, is_unknown ? Delivery::lost : Delivery::delivered);
            state = std::move(step.next);
            if (!is_unknown) recorded.outcome = std::move(step.outcome);
            if (recorded.outcome && dice.chance(20)) recorded.outcome->live_ended.reset();
        }
        history.push_back(std::move(recorded));
    }
    return history;
}

void falsify(Dice& dice, History& history, const RandomHistoryShape& shape) {
    RecordedCall& recorded = dice.one_of(history);
    if (!recorded.outcome) return;
    if (dice.chance(60)) {
        recorded.outcome = random_outcome(dice, recorded.call, shape);
        return;
    }
    const auto length = recorded.span.end - recorded.span.begin;
    recorded.span.begin = dice.below(10 * shape.calls + shape.longest_wait);
    if (recorded.span.end != never) recorded.span.end = recorded.span.begin + length;
}

}  // namespace tokenstore::test
