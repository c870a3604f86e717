// The race tests: several threads on one token, one family, one user. TOKENSTORE_RACE_ROUNDS sets how many rounds each
// test makes.
#define BOOST_TEST_MODULE tokenstore_race
#include <iostream>

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include "race/race_rounds.hpp"

namespace tokenstore::test {
namespace {

struct ClosingLine {
    ClosingLine() = default;
    ClosingLine(const ClosingLine&) = delete;
    ClosingLine& operator=(const ClosingLine&) = delete;
    ~ClosingLine() {
        const auto& root =
            boost::unit_test::results_collector.results(boost::unit_test::framework::master_test_suite().p_id);
        std::cout << "races: " << race_tally().rounds << " rounds, " << race_tally().calls_on_one_token
                  << " rotations of one token at once, " << race_tally().rotations_against_ends << " against ends, "
                  << root.p_assertions_failed << " failures" << std::endl;
    }
};

BOOST_TEST_GLOBAL_FIXTURE(ClosingLine);

}  // namespace
}  // namespace tokenstore::test
