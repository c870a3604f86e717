// Many threads on one user with several families: log out everywhere among logins and rotations.
#include <cstddef>
#include <cstdint>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "race/mixed_round.hpp"
#include "race/race_rounds.hpp"
#include "support/race_store.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t rounds_between_checks = 100;

MixedRoundPlan plan_for(std::size_t threads) {
    MixedRoundPlan plan;
    plan.threads = threads;
    plan.families = 3;
    plan.chains_per_family = 2;
    plan.create = 20;
    plan.revoke_family = 1;
    plan.revoke_user = 4;
    return plan;
}

/// Logins against log-outs: which of two comes first decides, and nothing else ends a token.
MixedRoundPlan plan_of_logins(std::size_t threads) {
    MixedRoundPlan plan = plan_for(threads);
    plan.create = 60;
    plan.rotate = 0;
    plan.revoke_family = 0;
    plan.revoke_token = 0;
    plan.revoke_user = 10;
    return plan;
}

void run_rounds(const MixedRoundPlan& plan) {
    RaceStore race;
    const std::uint64_t rounds = race_rounds(plan.threads < 64 ? 300 : 100);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        ++race_tally().rounds;
        const auto seed = test_seed() + round * 64;
        BOOST_TEST_REQUIRE(run_mixed_round(race, plan, round, seed) == "", "in round " << round);
        if (round % rounds_between_checks == 0 || round + 1 == rounds) {
            BOOST_TEST_REQUIRE(race.check_and_begin_anew() == "");
        }
    }
}

BOOST_AUTO_TEST_SUITE(one_user)

BOOST_DATA_TEST_CASE(what_happens_to_one_user_at_once_happens_in_some_order,
                     boost::unit_test::data::make({2, 4, 8, 16, 64}), threads) {
    run_rounds(plan_for(static_cast<std::size_t>(threads)));
}

BOOST_DATA_TEST_CASE(a_login_that_races_a_logout_lives_or_dies_by_the_order_of_the_two,
                     boost::unit_test::data::make({2, 4, 8, 16, 64}), threads) {
    run_rounds(plan_of_logins(static_cast<std::size_t>(threads)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
