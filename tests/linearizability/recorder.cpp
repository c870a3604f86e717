#include "linearizability/recorder.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "linearizability/answers.hpp"
#include "linearizability/call_source.hpp"
#include "support/arena.hpp"
#include "support/dice.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {

namespace {

constexpr std::uint64_t numbers_of_a_history = 1'024;

class Recorder {
public:
    Recorder(RaceStore& race, const Plan& plan, std::uint64_t number)
        : store_(race.store()),
          plan_(plan),
          first_number_(number * numbers_of_a_history),
          expires_at_us_(race.clock().wall_us() + hour_us),
          durability_(plan.is_synced ? Durability::lose_nothing : Durability::lose_on_power_failure),
          hotspot_{0, plan.first_contested()} {
        for (TokenNumber token = 0; token < plan_.tokens(); ++token) numbers_.emplace(hash_of(token), token);
    }

    /// Thread 0 of the history is the one that runs the test, and the last is the one that lists.
    [[nodiscard]] History record(std::uint64_t seed) {
        std::vector<History> of_threads(plan_.threads + 2);
        log_in(of_threads.front());
        run_together(plan_.threads + 1, [&](std::size_t index) {
            CallSource source(plan_, hotspot_, index, seed + index);
            History& calls = of_threads[index + 1];
            for (std::size_t i = 0; i < plan_.calls_per_thread; ++i) {
                if (index < plan_.threads) {
                    play(source, index + 1, calls);
                } else {
                    list(source.some_user(), index + 1, calls);
                }
            }
        });
        History all;
        for (const History& calls : of_threads) all.insert(all.end(), calls.begin(), calls.end());
        return all;
    }

private:
    [[nodiscard]] TokenHash hash_of(TokenNumber token) const { return make_hash(first_number_ + token); }
    [[nodiscard]] FamilyId id_of_family(FamilyNumber family) const { return make_family_id(first_number_ + family); }
    [[nodiscard]] UserId id_of_user(UserNumber user) const { return make_user_id(first_number_ + user); }

    template <class Make>
    auto timed(Span& span, const Make& make) {
        span.begin = tickets_.draw();
        auto answer = make();
        span.end = tickets_.draw();
        return answer;
    }

    void log_in(History& calls) {
        for (TokenNumber token = 0; token < plan_.logins; ++token) {
            const FamilyNumber family = token % plan_.families;
            calls.push_back(record_call(create_token(token, family, family % plan_.users), 0));
            hotspot_.newest = token;
        }
    }

    void play(CallSource& source, std::size_t thread, History& calls) {
        calls.push_back(record_call(source.next(), thread));
        source.learn(calls.back());
    }

    void list(UserNumber user, std::size_t thread, History& calls) {
        Span span;
        const auto page = timed(span, [&, id = id_of_user(user)] { return store_.get_user_active_sessions(id); });
        const History listed = calls_of(page, numbers_, span, thread);
        calls.insert(calls.end(), listed.begin(), listed.end());
    }

    [[nodiscard]] RecordedCall record_call(const Call& call, std::size_t thread) {
        RecordedCall recorded{call, {}, std::nullopt, thread};
        recorded.outcome = make(call, recorded.span);
        if (!recorded.outcome) recorded.span.end = never;
        return recorded;
    }

    [[nodiscard]] std::optional<Outcome> make(const Call& call, Span& span) {
        const TokenHash hash = hash_of(call.token);
        switch (call.operation) {
            case Operation::create_token: {
                NewToken token;
                token.hash = hash;
                token.user_id = id_of_user(call.user);
                token.family_id = id_of_family(call.family);
                token.expires_at_us = expires_at_us_;
                return outcome_of(timed(span, [&] { return store_.create_token(token, durability_); }));
            }
            case Operation::rotate_token: {
                const Successor successor{.hash = hash_of(call.successor), .expires_at_us = expires_at_us_};
                return outcome_of(timed(span, [&] { return store_.rotate_token(hash, successor, durability_); }));
            }
            case Operation::revoke_token:
                return outcome_of(timed(span, [&] { return store_.revoke_token(hash, durability_); }));
            case Operation::revoke_family: {
                const FamilyId family = id_of_family(call.family);
                return outcome_of(
                    timed(span, [&] { return store_.revoke_family(family, Counting::exact, durability_); }));
            }
            case Operation::revoke_all_user_tokens: {
                const UserId user = id_of_user(call.user);
                return outcome_of(
                    timed(span, [&] { return store_.revoke_all_user_tokens(user, Counting::exact, durability_); }));
            }
            case Operation::get_by_hash:
                return outcome_of(timed(span, [&] { return store_.get_by_hash(hash); }), numbers_);
            case Operation::get_valid_by_hash:
                // By the engine, or by the cache before it: the two have to fit into one order.
                if (asked_++ % 3 == 0) return outcome_of(timed(span, [&] { return store_.get_valid_by_hash(hash); }));
                return outcome_of(timed(span, [&] { return store_.validate(hash); }));
            case Operation::listed:
                break;  // by list()
        }
        return std::nullopt;
    }

    TokenStore& store_;
    const Plan& plan_;
    std::uint64_t first_number_;
    std::int64_t expires_at_us_;
    Durability durability_;
    std::atomic<unsigned> asked_{0};
    TokenNumbers numbers_;
    Tickets tickets_;
    Hotspot hotspot_;
};

}  // namespace

History record_history(RaceStore& race, std::uint64_t number, std::uint64_t seed) {
    Dice dice(seed);
    const Plan plan = draw_plan(dice);
    return Recorder(race, plan, number).record(dice.below(UINT64_MAX));
}

}  // namespace tokenstore::test
