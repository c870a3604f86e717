// Cleaning up at the very moment of expiry while tokens are rotated: what lives keeps its record and its place in the
// listing, and each removed token is counted once.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "race/race_rounds.hpp"
#include "support/arena.hpp"
#include "support/dice.hpp"
#include "support/race_store.hpp"
#include "support/test_seed.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t rounds_between_checks = 50;
constexpr std::uint64_t numbers_of_a_round = 4'096;
constexpr std::uint64_t chains = 12;
constexpr std::uint64_t rotations_per_thread = 12;

class ExpiryRound {
public:
    ExpiryRound(RaceStore& race, std::size_t threads, std::uint64_t round)
        : race_(race), threads_(threads), first_number_(round * numbers_of_a_round), seed_(test_seed() + round * 64) {}

    /// A quarter of the threads, or one, clean up; the others rotate and look up, and move the clock a microsecond
    /// ahead with each step, through the expiries of the round's tokens.
    void run() {
        begins_at_us_ = race_.clock().wall_us();
        const std::size_t cleaners = std::max<std::size_t>(1, threads_ / 4);
        rotators_left_ = threads_ - cleaners;
        ticks_ = static_cast<std::int64_t>((threads_ - cleaners) * rotations_per_thread);
        Dice dice(seed_ + 63);
        for (std::uint64_t i = 0; i < chains; ++i) {
            made_.push_back(race_.store().create_token(request(i, near_expiry(dice)), weak).value());
        }
        std::vector<Seen> seen(threads_);
        run_together(threads_, [&](std::size_t index) {
            if (index < cleaners) {
                clean_up(seen[index]);
            } else {
                rotate(index, seen[index]);
                --rotators_left_;
            }
        });
        check(seen);
    }

private:
    struct Seen {
        std::vector<Token> made;
        std::vector<TokenHash> consumed;
        std::uint64_t removed = 0;
        std::string wrong;
    };

    [[nodiscard]] std::int64_t near_expiry(Dice& dice) const { return begins_at_us_ + 1 + dice.below_us(ticks_); }

    [[nodiscard]] NewToken request(std::uint64_t number, std::int64_t expires_at_us) const {
        NewToken token = make_new_token(first_number_ + number);
        token.user_id = make_user_id(first_number_);
        token.family_id = make_family_id(first_number_ + number);
        token.expires_at_us = expires_at_us;
        return token;
    }

    void clean_up(Seen& seen) {
        while (rotators_left_ > 0) {
            const auto removed = race_.store().cleanup_expired(weak);
            if (!removed) {
                seen.wrong = removed.error().to_string();
                return;
            }
            seen.removed += *removed;
        }
    }

    void rotate(std::size_t index, Seen& seen) {
        Dice dice(seed_ + index);
        std::vector<Token> known = made_;
        for (std::uint64_t i = 0; i < rotations_per_thread; ++i) {
            const Token presented = dice.one_of(known);
            const std::uint64_t number = chains + index * rotations_per_thread + i;
            Successor successor;
            successor.hash = make_hash(first_number_ + number);
            successor.expires_at_us = dice.chance(50) ? near_expiry(dice) : begins_at_us_ + hour_us;
            race_.clock().advance_us(1);
            const std::int64_t before_us = race_.clock().wall_us();
            const auto valid = race_.store().get_valid_by_hash(presented.hash);
            const auto rotated = race_.store().rotate_token(presented.hash, successor, weak);
            if (!valid || !rotated) {
                seen.wrong = (valid ? rotated.error() : valid.error()).to_string();
                return;
            }
            const bool is_over = before_us >= presented.expires_at_us;
            if (is_over && *valid) seen.wrong = "an expired token was valid";
            if (rotated->outcome != RotateOutcome::rotated) continue;
            if (is_over) seen.wrong = "an expired token was rotated";
            seen.made.push_back(*rotated->successor);
            seen.consumed.push_back(presented.hash);
            known.push_back(*rotated->successor);
        }
    }

    void check(const std::vector<Seen>& seen) {
        std::map<TokenHash, Token> made;
        std::vector<TokenHash> consumed;
        std::uint64_t removed = 0;
        for (const Token& token : made_) made.emplace(token.hash, token);
        for (const Seen& one : seen) {
            BOOST_TEST_REQUIRE(one.wrong == "");
            for (const Token& token : one.made) BOOST_TEST_REQUIRE(made.emplace(token.hash, token).second);
            consumed.insert(consumed.end(), one.consumed.begin(), one.consumed.end());
            removed += one.removed;
        }
        std::ranges::sort(consumed);
        BOOST_TEST_REQUIRE((std::ranges::adjacent_find(consumed) == consumed.end()), "a token was rotated twice");

        // The bounded time that cleaning up goes by may have fallen behind by the microseconds that passed between its
        // readings of the two clocks; in a second it has caught up.
        race_.clock().advance_us(second_us);
        removed += race_.store().cleanup_expired(weak).value();
        const auto now_us = race_.clock().wall_us();
        const auto page = race_.store().get_user_active_sessions(make_user_id(first_number_), {max_page_limit, {}});
        BOOST_REQUIRE(page);
        std::uint64_t stored = 0;
        for (const auto& [hash, token] : made) {
            const auto found = race_.store().get_by_hash(hash);
            BOOST_REQUIRE(found);
            BOOST_TEST_REQUIRE(found->has_value() == (now_us < token.expires_at_us));
            if (!*found) continue;
            ++stored;
            const bool is_listed = std::ranges::find(page->sessions, hash, &Token::hash) != page->sessions.end();
            BOOST_TEST_REQUIRE(is_listed == ((*found)->state == TokenState::live), "a live token is not listed");
        }
        BOOST_TEST_REQUIRE(removed == made.size() - stored, "the calls say they removed " << removed << " tokens");
    }

    static constexpr Durability weak = Durability::lose_on_power_failure;

    RaceStore& race_;
    std::size_t threads_;
    std::uint64_t first_number_;
    std::uint64_t seed_;
    std::int64_t begins_at_us_ = 0;
    std::int64_t ticks_ = 0;
    std::atomic<std::size_t> rotators_left_{0};
    std::vector<Token> made_;
};

BOOST_AUTO_TEST_SUITE(expiry)

BOOST_DATA_TEST_CASE(cleaning_up_at_the_moment_of_expiry_takes_nothing_that_lives,
                     boost::unit_test::data::make({2, 4, 8, 16}), threads) {
    // Without the upkeep thread, whose clean-ups would take part in the count.
    RaceStore race(RaceStore::Upkeep::none);
    const std::uint64_t rounds = race_rounds(150);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        ++race_tally().rounds;
        ExpiryRound(race, static_cast<std::size_t>(threads), round).run();
        if (round % rounds_between_checks == 0 || round + 1 == rounds) {
            BOOST_TEST_REQUIRE(race.check_and_begin_anew() == "");
            static_cast<void>(race.store().cleanup_expired(Durability::lose_on_power_failure));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
