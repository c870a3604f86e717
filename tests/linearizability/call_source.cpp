#include "linearizability/call_source.hpp"

#include <array>

namespace tokenstore::test {

namespace {

constexpr Weights stampede{.create_token = 4, .rotate_token = 60, .get_by_hash = 18, .get_valid_by_hash = 18};
constexpr Weights logouts{.create_token = 25,
                          .rotate_token = 25,
                          .revoke_token = 8,
                          .revoke_family = 6,
                          .revoke_all_user_tokens = 12,
                          .get_by_hash = 10,
                          .get_valid_by_hash = 14};
constexpr Weights everything{.create_token = 15,
                             .rotate_token = 35,
                             .revoke_token = 10,
                             .revoke_family = 3,
                             .revoke_all_user_tokens = 3,
                             .get_by_hash = 17,
                             .get_valid_by_hash = 17};
constexpr Weights logins{.create_token = 50, .rotate_token = 30, .get_by_hash = 10, .get_valid_by_hash = 10};
constexpr std::array all_weights{stampede, logouts, everything, logins};

}  // namespace

TokenNumber Plan::first_token_of(std::size_t thread) const {
    return logins + static_cast<TokenNumber>(thread * calls_per_thread);
}

Plan draw_plan(Dice& dice) {
    Plan plan;
    plan.threads = 2 + static_cast<std::size_t>(dice.below(7));
    plan.calls_per_thread = 3 + static_cast<std::size_t>(dice.below(10));
    plan.families = dice.chance(50) ? 1 : 2 + static_cast<unsigned>(dice.below(2));
    plan.users = dice.chance(70) ? 1 : 2;
    plan.logins = static_cast<TokenNumber>(dice.below(5));
    plan.heat = 20 + static_cast<unsigned>(dice.below(70));
    plan.contention = dice.chance(50) ? 5 : 20 + static_cast<unsigned>(dice.below(80));
    plan.is_synced = dice.chance(30);
    plan.weights = dice.one_of(all_weights);
    return plan;
}

CallSource::CallSource(const Plan& plan, Hotspot& hotspot, std::size_t thread, std::uint64_t seed)
    : plan_(plan),
      hotspot_(hotspot),
      dice_(seed),
      next_token_(plan.first_token_of(thread)),
      own_newest_(plan.logins > 0 ? static_cast<TokenNumber>(thread) % plan.logins : 0) {}

Call CallSource::next() {
    const Weights& weights = plan_.weights;
    auto drawn =
        dice_.below(weights.create_token + weights.rotate_token + weights.revoke_token + weights.revoke_family +
                    weights.revoke_all_user_tokens + weights.get_by_hash + weights.get_valid_by_hash);
    const auto falls_on = [&drawn](unsigned weight) {
        const bool does = drawn < weight;
        drawn -= does ? 0 : weight;
        return does;
    };
    if (falls_on(weights.create_token)) {
        // Now and then another user tries to have the family.
        const auto family = some_family();
        const auto user = dice_.chance(80) ? family % plan_.users : some_user();
        return create_token(new_token(), family, user);
    }
    if (falls_on(weights.rotate_token)) {
        const auto presented = some_token();
        return rotate_token(presented, new_token());
    }
    if (falls_on(weights.revoke_token)) return revoke_token(some_token());
    if (falls_on(weights.revoke_family)) return revoke_family(some_family());
    if (falls_on(weights.revoke_all_user_tokens)) return revoke_all_user_tokens(some_user());
    if (falls_on(weights.get_by_hash)) return get_by_hash(some_token());
    return get_valid_by_hash(some_token());
}

void CallSource::learn(const RecordedCall& recorded) {
    if (!recorded.outcome) return;
    const Answer answer = recorded.outcome->answer;
    const bool has_stored = answer == Answer::stored || answer == Answer::rotated;
    if (!has_stored && answer != Answer::already_exists) return;
    const bool is_rotation = recorded.call.operation == Operation::rotate_token;
    auto token = is_rotation ? recorded.call.successor : recorded.call.token;
    if (has_stored) {
        own_newest_ = token;
        hotspot_.newest = token;
    }
    hotspot_.contested.compare_exchange_strong(token, token + 1);  // it is taken: on to the next
}

TokenNumber CallSource::some_token() {
    if (dice_.chance(plan_.heat)) return hotspot_.newest;
    if (dice_.chance(60)) return own_newest_;
    return static_cast<TokenNumber>(dice_.below(hotspot_.contested + 1));
}

TokenNumber CallSource::new_token() {
    return dice_.chance(plan_.contention) ? hotspot_.contested.load() : next_token_++;
}

}  // namespace tokenstore::test
