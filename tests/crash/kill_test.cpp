// Killing a process in the middle of its writes, of its background work and of its opening, once and again: what it was
// answered is there, what it was not answered is there wholly or not at all, and what was dead is dead.
// TOKENSTORE_KILLS sets how many processes are killed.
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "crash/findings.hpp"
#include "crash/kill_point.hpp"
#include "crash/killed_store.hpp"
#include "crash/progress.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t usual_kills = 1'000;
constexpr std::uint64_t rounds_of_a_store = 6;

/// The numbers of a whole run.
struct Totals {
    std::uint64_t answered = 0;
    std::uint64_t open = 0;
    std::uint64_t open_and_done = 0;
    std::uint64_t presented = 0;

    void add(const ExpectedStore& expected) {
        answered += expected.calls_answered();
        open += expected.calls_open();
        open_and_done += expected.calls_open_and_done();
        presented += expected.tokens_presented();
    }
};

std::string describe(const KillTally& tally, const Totals& totals, const Findings& findings) {
    const auto number = [](std::uint64_t count, const std::string& what) { return std::to_string(count) + what; };
    return "kills: " + number(tally.kills, " kills, ") + number(tally.double_kills, " in recovery twice, ") +
           number(tally.in_background, " in flush or compaction, ") + number(totals.answered, " acknowledged, ") +
           number(totals.open, " open of which ") + number(totals.open_and_done, " done, ") +
           number(totals.presented, " dead tokens presented, ") + number(findings.count(Finding::lost), " lost, ") +
           number(findings.count(Finding::half_applied), " half-applied, ") +
           number(findings.count(Finding::resurrected), " resurrected, ") +
           number(findings.count(Finding::failed), " failed; seed ") + std::to_string(test_seed());
}

/// A point at which nothing dies any more shows a change of the store, or of how the point is told.
void require_all_points(const KillTally& tally) {
    for (const Work work : {Work::making, Work::opening, Work::calling, Work::flushing, Work::compacting}) {
        for (const KillPoint& point : kill_points(work)) {
            BOOST_TEST(tally.at_points.contains(name(point)), "no victim died at " << name(point));
        }
    }
    BOOST_TEST(tally.double_kills >= tally.kills / 5);
}

BOOST_AUTO_TEST_SUITE(killing)

BOOST_AUTO_TEST_CASE(what_was_answered_before_a_kill_is_there_after_it_and_what_was_dead_is_dead) {
    const std::uint64_t wanted = test_number("TOKENSTORE_KILLS", usual_kills);
    KillTally tally;
    PointCycle points;
    Findings findings;
    Totals totals;
    Progress progress;
    std::string circumstances;
    std::optional<KilledStore> store;
    for (std::uint64_t round = 0; tally.kills < wanted && findings.empty(); ++round) {
        if (round % rounds_of_a_store == 0) {
            if (store) totals.add(store->expected());
            store.emplace(test_seed() + round, tally, points, findings);
        }
        store->go_round((round + 1) % rounds_of_a_store == 0);
        if (!findings.empty()) circumstances = store->describe_round("kill_" + std::to_string(tally.kills));
        progress.tell(describe(tally, totals, findings));
    }
    if (store) totals.add(store->expected());
    for (const auto& [point, times] : tally.at_points) BOOST_TEST_MESSAGE(point << ": " << times);
    std::cout << describe(tally, totals, findings) << std::endl;
    BOOST_TEST_REQUIRE(findings.empty(), findings.text() << circumstances);
    if (wanted >= usual_kills) require_all_points(tally);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
