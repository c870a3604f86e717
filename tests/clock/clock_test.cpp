// Random clocks against the promises about time. TOKENSTORE_CLOCK_SCHEDULES sets how many schedules,
// TOKENSTORE_TEST_SEED which.
//
// What is promised, as the oracle checks it. W is the wall clock, B the store's own time: it runs on the steady clock,
// is off the pace of real time by a sixtieth at the most, towards W, and never goes back but by trust_clock(). At open
// it is W where W is between B's mark on disk and longest_downtime_us later, and else the mark. The mark is that of the
// last upkeep, compaction, open or orderly close. A verdict is for the moment max(W, B).
//
//  1. Nothing that lives is deleted: a record is there until B has reached its expiry and cleanup_expired was called
//     then, or B has passed its expiry by the grace. So no jump of W deletes anything. The true time can be behind B,
//     and a live token be gone, by a sixtieth of the time for which W was ahead, and by what W was ahead at an open
//     that believed it: at most longest_downtime_us for each.
//  2. Nothing expired is accepted: a token is refused from max(W, B) == expires_at on, to the microsecond where W >= B.
//     B can be behind the true time, and an expired token be accepted while W is set back, by a sixtieth of the time
//     for which W was behind, and by the downtime that an open did not believe or could not know of because W was set
//     back. Of a wall clock that stands within a second of where it stood at the last look, look-ups may not notice
//     that time went by; the next round of upkeep does.
//  3. What was ended stays ended, at any clock, after any restart. A family's end refuses new tokens in it for the
//     longest lifetime and a day.
//  4. A clock that is set right again brings back everything that lives: what expires after max(W, B) and was not ended
//     is accepted and listed, without an operator.
//  5. Issue stamps grow, whatever the clock does.
//  6. The filters' cutoff never passes B less the grace.
#include <cstdint>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "clock/schedule.hpp"
#include "clock/schedule_run.hpp"
#include "clock/shortening.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

std::optional<BrokenPromise> broken_by(const Schedule& schedule) {
    try {
        run_schedule(schedule);
    } catch (const BrokenPromise& broken) {
        return broken;
    }
    return std::nullopt;
}

/// The finding, and the shortest schedule that leads to one of its kind.
std::string report(std::uint64_t seed, const Schedule& schedule, const BrokenPromise& found) {
    const auto fails = [&](const Schedule& attempt) {
        const auto broken = broken_by(attempt);
        return broken && broken->finding() == found.finding();
    };
    const auto shortest = shortened(schedule, fails);
    const auto still = broken_by(shortest);
    std::ostringstream text;
    text << "repeat with TOKENSTORE_TEST_SEED=" << seed << " TOKENSTORE_CLOCK_SCHEDULES=1\n"
         << found.what() << "\n\nshortened:\n"
         << shortest.options << '\n';
    for (std::size_t i = 0; i < shortest.steps.size(); ++i) text << "  " << i << "  " << shortest.steps[i] << '\n';
    text << (still ? still->what() : "(it did not fail again)");
    return text.str();
}

BOOST_AUTO_TEST_SUITE(clock)

BOOST_AUTO_TEST_CASE(no_clock_loses_a_live_token_or_revives_a_dead_one) {
    const auto schedules = test_number("TOKENSTORE_CLOCK_SCHEDULES", 500);
    const auto first_seed = test_seed();
    Tally tally;
    std::uint64_t done = 0;
    std::uint64_t lost = 0;
    std::uint64_t accepted = 0;
    std::string finding;
    for (; done < schedules && finding.empty(); ++done) {
        const auto schedule = draw_schedule(first_seed + done);
        try {
            tally += run_schedule(schedule);
        } catch (const BrokenPromise& broken) {
            if (broken.finding() == Finding::live_token_lost) ++lost;
            if (broken.finding() == Finding::dead_token_accepted) ++accepted;
            finding = report(first_seed + done, schedule, broken);
        }
    }
    std::cout << done << " schedules, " << tally.jumps << " jumps, " << tally.compactions << " compactions, " << lost
              << " live tokens lost, " << accepted << " expired accepted" << std::endl;
    BOOST_TEST(finding.empty(), finding);
    BOOST_TEST_MESSAGE(tally.gone_while_live << " tokens gone and " << tally.accepted_while_expired
                                             << " accepted that a right clock would have kept and refused");
    // Schedules that never come to the edge of what is promised say little about it. A few may miss it.
    if (!finding.empty() || schedules < 200) return;
    BOOST_TEST(tally.gone_while_live > 0U);
    BOOST_TEST(tally.accepted_while_expired > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
