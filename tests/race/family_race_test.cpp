// Many threads on one family: rotate, create, revoke, list and look up at once.
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
    plan.families = 1;
    plan.chains_per_family = 3;
    plan.revoke_family = 3;
    plan.revoke_user = 0;
    return plan;
}

/// Without an end that a caller asked for: the family ends by the alarm alone.
MixedRoundPlan plan_of_rotations(std::size_t threads) {
    MixedRoundPlan plan = plan_for(threads);
    plan.rotate = 60;
    plan.revoke_family = 0;
    plan.revoke_token = 0;
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

BOOST_AUTO_TEST_SUITE(one_family)

BOOST_DATA_TEST_CASE(what_happens_to_one_family_at_once_happens_in_some_order,
                     boost::unit_test::data::make({2, 4, 8, 16, 64}), threads) {
    run_rounds(plan_for(static_cast<std::size_t>(threads)));
}

BOOST_DATA_TEST_CASE(a_family_ended_by_the_alarm_alone_is_ended_once, boost::unit_test::data::make({2, 4, 8, 16, 64}),
                     threads) {
    run_rounds(plan_of_rotations(static_cast<std::size_t>(threads)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
