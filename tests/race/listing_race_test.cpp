// Listing a user's sessions while they are rotated: a session that goes on is listed, under one token or the next.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "race/race_rounds.hpp"
#include "support/arena.hpp"
#include "support/race_store.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t numbers_of_a_round = 65'536;

class ListingRound {
public:
    ListingRound(RaceStore& race, std::size_t threads, std::uint64_t round)
        : race_(race), threads_(threads), first_number_(round * numbers_of_a_round) {}

    /// Every thread but the first rotates a session of its own; the first lists them all. What was wrong, or nothing.
    std::string run() {
        const std::size_t sessions = threads_ - 1;
        for (std::size_t i = 0; i < sessions; ++i) {
            NewToken token = make_new_token(first_number_ + i);
            token.user_id = user_;
            token.expires_at_us = race_.clock().wall_us() + hour_us;
            if (!race_.store().create_token(token, Durability::lose_on_power_failure)) return "setting up failed";
        }
        std::vector<std::string> found(threads_);
        std::atomic<bool> is_over{false};
        run_together(threads_, [&](std::size_t index) {
            if (index == 0) {
                found[0] = list(sessions);
                is_over = true;
            } else {
                found[index] = rotate(index, is_over);
            }
        });
        std::string all;
        for (const auto& one : found) all += one;
        return all;
    }

private:
    [[nodiscard]] std::string list(std::size_t sessions) {
        constexpr int listings = 40;
        for (int i = 0; i < listings; ++i) {
            const auto page = race_.store().get_user_active_sessions(user_);
            if (!page) return page.error().to_string();
            std::set<TokenId> chains;
            for (const Token& token : page->sessions) chains.insert(token.chain_id);
            if (chains.size() != page->sessions.size()) return "a session was listed twice";
            if (chains.size() != sessions) {
                return std::to_string(chains.size()) + " of " + std::to_string(sessions) + " sessions were listed";
            }
        }
        return {};
    }

    [[nodiscard]] std::string rotate(std::size_t index, const std::atomic<bool>& is_over) {
        TokenHash tip = make_hash(first_number_ + index - 1);
        Successor successor;
        successor.expires_at_us = race_.clock().wall_us() + hour_us;
        const std::uint64_t most = numbers_of_a_round / threads_ - 1;
        for (std::uint64_t i = 0; i < most && !is_over; ++i) {
            successor.hash = make_hash(first_number_ + threads_ + index * most + i);
            const auto rotated = race_.store().rotate_token(tip, successor, Durability::lose_on_power_failure);
            if (!rotated) return rotated.error().to_string();
            if (rotated->outcome != RotateOutcome::rotated) return "a live token was not rotated";
            tip = successor.hash;
        }
        return {};
    }

    RaceStore& race_;
    std::size_t threads_;
    std::uint64_t first_number_;
    UserId user_ = make_user_id(first_number_);
};

BOOST_AUTO_TEST_SUITE(listing)

BOOST_DATA_TEST_CASE(a_session_that_is_rotated_all_the_time_is_in_every_listing,
                     boost::unit_test::data::make({2, 4, 8, 16}), threads) {
    RaceStore race(RaceStore::Upkeep::none);
    const std::uint64_t rounds = race_rounds(30);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        ++race_tally().rounds;
        BOOST_TEST_REQUIRE(ListingRound(race, static_cast<std::size_t>(threads), round).run() == "");
    }
    BOOST_TEST(race.check_and_begin_anew() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
