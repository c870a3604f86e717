#include "linearizability/specification.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tokenstore::test {

namespace {

/// A step in the making: begins with the state before the call, changes it and answers.
class Caller {
public:
    Caller(StoreState state, Delivery delivery) : state_(std::move(state)), delivery_(delivery) {}

    [[nodiscard]] Outcome make(const Call& call) {
        switch (call.operation) {
            case Operation::create_token:
                return create(call);
            case Operation::rotate_token:
                return rotate(call.token, call.successor);
            case Operation::revoke_token:
                return revoke_token(call.token);
            case Operation::revoke_family:
                return revoke_family(call.family);
            case Operation::revoke_all_user_tokens:
                return revoke_user(call.user);
            case Operation::get_by_hash:
                return look_up(call.token);
            case Operation::get_valid_by_hash:
            case Operation::listed:
                return {.answer = is_stored(call.token) && is_live(call.token) ? Answer::live : Answer::not_valid};
        }
        return {};
    }

    [[nodiscard]] StoreState&& state() && { return std::move(state_); }

private:
    [[nodiscard]] bool is_stored(TokenNumber token) const { return state_.tokens.contains(token); }

    /// The token's own end first, then its family's, then its user's.
    [[nodiscard]] std::optional<Reason> revocation_of(const StoredToken& token) const {
        if (token.was_revoked) return Reason::token_revoked;
        if (const auto end = state_.ended_families.find(token.family); end != state_.ended_families.end()) {
            return end->second;
        }
        return token.user_ended ? std::optional(Reason::user_revoked) : std::nullopt;
    }

    [[nodiscard]] bool is_live(const StoredToken& token) const { return !revocation_of(token) && !token.successor; }
    [[nodiscard]] bool is_live(TokenNumber token) const { return is_live(state_.tokens.at(token)); }

    template <class Predicate>
    [[nodiscard]] std::uint64_t count_live(const Predicate& belongs) const {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            state_.tokens, [&](const auto& entry) { return is_live(entry.second) && belongs(entry.second); }));
    }

    [[nodiscard]] std::uint64_t end_family(FamilyNumber family, Reason reason) {
        const auto live = count_live([&](const StoredToken& token) { return token.family == family; });
        state_.ended_families.emplace(family, reason);  // an end that stands already keeps its reason
        return live;
    }

    [[nodiscard]] Outcome create(const Call& call) {
        if (state_.ended_families.contains(call.family)) return {.answer = Answer::family_ended};
        const bool is_of_another_user = std::ranges::any_of(state_.tokens, [&](const auto& entry) {
            return entry.second.family == call.family && entry.second.user != call.user;
        });
        if (is_of_another_user) return {.answer = Answer::family_of_another_user};
        if (is_stored(call.token)) return {.answer = Answer::already_exists};
        state_.tokens.emplace(call.token, StoredToken{.user = call.user, .family = call.family});
        return {.answer = Answer::stored};
    }

    /// The table at RotateOutcome.
    [[nodiscard]] Outcome rotate(TokenNumber presented, TokenNumber successor) {
        if (!is_stored(presented)) return {.answer = Answer::not_found};
        const StoredToken& token = state_.tokens.at(presented);
        if (const auto reason = revocation_of(token)) {
            const auto live_ended = end_family(token.family, Reason::revoked_presented);
            return {.answer = Answer::revoked, .live_ended = live_ended, .reason = reason};
        }
        const auto undelivered = undelivered_after(presented);
        if (token.successor && undelivered.empty()) {
            return {.answer = Answer::reuse_detected, .live_ended = end_family(token.family, Reason::reuse_detected)};
        }
        if (is_stored(successor)) return {.answer = Answer::already_exists};
        consume(presented, undelivered, successor);
        return {.answer = Answer::rotated};
    }

    /// The tokens after a consumed one up to the live end of its chain, if nobody was told of any of them: then
    /// presenting it again is an honest retry. Empty otherwise.
    [[nodiscard]] std::vector<TokenNumber> undelivered_after(TokenNumber presented) const {
        std::vector<TokenNumber> chain;
        for (const StoredToken* token = &state_.tokens.at(presented); token->successor;) {
            if (!token->is_undelivered) return {};
            chain.push_back(*token->successor);
            token = &state_.tokens.at(chain.back());
        }
        return !chain.empty() && is_live(chain.back()) ? chain : std::vector<TokenNumber>();
    }

    /// Rotates the live end of the chain. Whoever is answered ends the doubt about the way there.
    void consume(TokenNumber presented, std::vector<TokenNumber> chain, TokenNumber successor) {
        chain.insert(chain.begin(), presented);
        for (const TokenNumber passed : chain) {
            state_.tokens.at(passed).is_undelivered = delivery_ == Delivery::lost;
        }
        StoredToken& end = state_.tokens.at(chain.back());
        end.successor = successor;
        state_.tokens.emplace(successor, StoredToken{.user = end.user, .family = end.family});
    }

    [[nodiscard]] Outcome revoke_token(TokenNumber number) {
        if (!is_stored(number)) return {.answer = Answer::not_found};
        StoredToken& token = state_.tokens.at(number);
        if (revocation_of(token)) return {.answer = Answer::already_revoked};
        if (token.successor) return {.answer = Answer::already_consumed};
        token.was_revoked = true;
        return {.answer = Answer::revoked};
    }

    [[nodiscard]] Outcome revoke_family(FamilyNumber family) {
        const auto answer = state_.ended_families.contains(family) ? Answer::ended_before : Answer::ended;
        return {.answer = answer, .live_ended = end_family(family, Reason::family_revoked)};
    }

    [[nodiscard]] Outcome revoke_user(UserNumber user) {
        const auto live = count_live([&](const StoredToken& token) { return token.user == user; });
        for (auto& [number, token] : state_.tokens) {
            if (token.user == user) token.user_ended = true;
        }
        return {.answer = Answer::ended, .live_ended = live};
    }

    [[nodiscard]] Outcome look_up(TokenNumber number) const {
        if (!is_stored(number)) return {.answer = Answer::not_found};
        const StoredToken& token = state_.tokens.at(number);
        const auto reason = revocation_of(token);
        const auto answer = reason ? Answer::revoked : token.successor ? Answer::consumed : Answer::live;
        return {.answer = answer, .successor = token.successor, .reason = reason};
    }

    StoreState state_;
    Delivery delivery_;
};

}  // namespace

Step apply(const StoreState& state, const Call& call, Delivery delivery) {
    Caller caller(state, delivery);
    Outcome outcome = caller.make(call);
    return {std::move(caller).state(), std::move(outcome)};
}

bool agrees(const Outcome& answered, const Outcome& specified) {
    if (answered.live_ended) return answered == specified;
    Outcome without_count = specified;
    without_count.live_ended.reset();
    return answered == without_count;
}

bool may_change_anything(const RecordedCall& recorded) {
    switch (recorded.call.operation) {
        case Operation::get_by_hash:
        case Operation::get_valid_by_hash:
        case Operation::listed:
            return false;
        case Operation::create_token:
            return !recorded.outcome || recorded.outcome->answer == Answer::stored;
        case Operation::rotate_token:
            return !recorded.outcome || recorded.outcome->answer == Answer::rotated ||
                   recorded.outcome->answer == Answer::reuse_detected || recorded.outcome->answer == Answer::revoked;
        case Operation::revoke_token:
            return !recorded.outcome || recorded.outcome->answer == Answer::revoked;
        case Operation::revoke_family:
        case Operation::revoke_all_user_tokens:
            return !recorded.outcome || recorded.outcome->answer == Answer::ended;
    }
    return true;
}

}  // namespace tokenstore::test
