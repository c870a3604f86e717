// Many threads rotate one token: one wins, the first that comes after it is the alarm, and the family is ended.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "race/race_rounds.hpp"
#include "support/arena.hpp"
#include "support/printers.hpp"
#include "support/race_store.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t rounds_between_checks = 100;
constexpr std::uint64_t numbers_of_a_round = 128;  // more than there are threads

struct Rotation {
    Span span;
    Result<RotateResult> answer = RotateResult{};
};

struct LookUp {
    Span span;
    bool is_live = false;
};

/// What one thread saw.
struct Seen {
    Rotation rotation;
    std::vector<LookUp> look_ups;  // of tokens of the family, by hash, state and listing
    std::string failure;
};

class OneTokenRound {
public:
    OneTokenRound(RaceStore& race, std::size_t threads, std::uint64_t round)
        : race_(race), threads_(threads), first_number_(round * numbers_of_a_round) {}

    void run() {
        presented_ = make_new_token(first_number_);
        presented_.expires_at_us = race_.clock().wall_us() + hour_us;
        BOOST_REQUIRE(race_.store().create_token(presented_, Durability::lose_on_power_failure));
        seen_.resize(threads_);
        run_together(threads_, [this](std::size_t index) { play(index, seen_[index]); });
        check();
        race_tally().calls_on_one_token += threads_;
    }

private:
    [[nodiscard]] TokenHash successor_of(std::size_t index) const { return make_hash(first_number_ + 1 + index); }

    void play(std::size_t index, Seen& seen) {
        look(seen, presented_.hash);
        Successor successor;
        successor.hash = successor_of(index);
        successor.expires_at_us = presented_.expires_at_us;
        seen.rotation.span.begin = tickets_.draw();
        seen.rotation.answer =
            race_.store().rotate_token(presented_.hash, successor, Durability::lose_on_power_failure);
        seen.rotation.span.end = tickets_.draw();
        look(seen, presented_.hash);
        for (std::size_t other = 0; other < threads_; ++other) look(seen, successor_of(other));
        list(seen);
    }

    void look(Seen& seen, const TokenHash& hash) {
        LookUp look_up;
        look_up.span.begin = tickets_.draw();
        const auto valid = race_.store().validate(hash);
        look_up.span.end = tickets_.draw();
        if (!valid) {
            seen.failure = valid.error().to_string();
            return;
        }
        look_up.is_live = valid->has_value();
        seen.look_ups.push_back(look_up);
        // Whatever the own rotation has answered, the presented token is dead from then on.
        if (hash == presented_.hash && look_up.is_live && seen.rotation.span.end != 0) {
            seen.failure = "the presented token lives on";
        }
    }

    void list(Seen& seen) {
        LookUp look_up;
        look_up.span.begin = tickets_.draw();
        const auto page = race_.store().get_user_active_sessions(presented_.user_id);
        look_up.span.end = tickets_.draw();
        if (!page) {
            seen.failure = page.error().to_string();
            return;
        }
        look_up.is_live = !page->sessions.empty();
        seen.look_ups.push_back(look_up);
    }

    void check() {
        std::size_t rotated = 0;
        std::size_t reuse_detected = 0;
        std::uint64_t live_tokens_ended = 0;
        std::optional<TokenHash> winner;
        std::uint64_t family_ended = UINT64_MAX;  // the ticket at which the first call that ended it had returned
        for (std::size_t index = 0; index < threads_; ++index) {
            const Seen& seen = seen_[index];
            BOOST_TEST_REQUIRE(seen.failure == "");
            const auto& answer = seen.rotation.answer;
            BOOST_REQUIRE(answer);
            live_tokens_ended += answer->live_tokens_ended;
            if (answer->outcome == RotateOutcome::rotated) {
                ++rotated;
                winner = successor_of(index);
                continue;
            }
            BOOST_TEST_REQUIRE(
                (answer->outcome == RotateOutcome::reuse_detected || answer->outcome == RotateOutcome::revoked));
            if (answer->outcome == RotateOutcome::reuse_detected) ++reuse_detected;
            family_ended = std::min(family_ended, seen.rotation.span.end);
        }
        BOOST_TEST_REQUIRE(rotated == 1U);
        BOOST_TEST_REQUIRE(reuse_detected == 1U);
        BOOST_TEST_REQUIRE(live_tokens_ended == 1U);
        for (const Seen& seen : seen_) {
            for (const LookUp& look_up : seen.look_ups) {
                BOOST_TEST_REQUIRE((!look_up.is_live || look_up.span.begin < family_ended),
                                   "a token was live after the end of its family had returned");
            }
        }
        check_what_is_stored(*winner);
    }

    void check_what_is_stored(const TokenHash& winner) {
        const auto presented = race_.store().get_by_hash(presented_.hash);
        BOOST_REQUIRE(presented && *presented);
        BOOST_TEST_REQUIRE((*presented)->token.successor == std::optional(winner));
        for (std::size_t index = 0; index < threads_; ++index) {
            const auto stored = race_.store().get_by_hash(successor_of(index));
            BOOST_REQUIRE(stored);
            BOOST_TEST_REQUIRE(stored->has_value() == (successor_of(index) == winner));
            if (*stored) BOOST_TEST_REQUIRE((*stored)->state == TokenState::revoked);
        }
    }

    RaceStore& race_;
    std::size_t threads_;
    std::uint64_t first_number_;
    NewToken presented_;
    Tickets tickets_;
    std::vector<Seen> seen_;
};

BOOST_AUTO_TEST_SUITE(one_token)

BOOST_DATA_TEST_CASE(of_many_threads_that_rotate_one_token_exactly_one_wins,
                     boost::unit_test::data::make({2, 4, 8, 16, 64}), threads) {
    RaceStore race;
    const std::uint64_t rounds = race_rounds(400);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        ++race_tally().rounds;
        OneTokenRound(race, static_cast<std::size_t>(threads), round).run();
        if (round % rounds_between_checks == 0 || round + 1 == rounds) {
            BOOST_TEST_REQUIRE(race.check_and_begin_anew() == "");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
