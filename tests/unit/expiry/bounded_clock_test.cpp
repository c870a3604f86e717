#include "expiry/bounded_clock.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"
#include "support/test_seed.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::expiry {
namespace {

using test::day_us;
using test::hour_us;
using test::ManualClock;
using test::minute_us;
using test::second_us;
using test::year_us;

constexpr std::int64_t start_us = ManualClock::first_wall_us;
constexpr std::int64_t longest_downtime_us = 7 * day_us;

// What the header promises: the bounded time runs at 59/60 to 61/60 of real time, and a wall clock set back is noticed
// to the second.
constexpr std::int64_t slew_divisor = 60;
constexpr std::int64_t noticed_within_us = second_us;

/// A bounded clock over a manual one, as an open store has it.
struct OpenStore {
    ManualClock clock;
    BoundedClock bounded;

    OpenStore() : OpenStore(std::nullopt) {}
    explicit OpenStore(std::optional<std::int64_t> mark_us) : bounded(clock, mark_us, longest_downtime_us) {}

    /// Time passes with the store in use, so that each second somebody asks for the time.
    void run_for(std::int64_t duration_us) {
        for (std::int64_t passed_us = 0; passed_us < duration_us; passed_us += second_us) {
            clock.advance_us(std::min(second_us, duration_us - passed_us));
            (void)bounded.now_us();
        }
        bounded.advance();
    }
};

BOOST_AUTO_TEST_SUITE(bounded_clock)

// ---- At open -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_store_believes_the_wall_clock) {
    OpenStore store;
    BOOST_TEST(store.bounded.bounded_us() == start_us);
    BOOST_TEST(store.bounded.now_us() == start_us);
    BOOST_TEST(store.bounded.advance() == start_us);
    BOOST_TEST(!store.bounded.doubted());
}

BOOST_AUTO_TEST_CASE(a_wall_clock_that_stands_at_the_mark_is_believed) {
    OpenStore store(start_us);
    BOOST_TEST(store.bounded.bounded_us() == start_us);
    BOOST_TEST(!store.bounded.doubted());
}

BOOST_AUTO_TEST_CASE(a_wall_clock_ahead_of_the_mark_is_believed_up_to_the_longest_downtime) {
    for (const std::int64_t downtime_us : {std::int64_t{1}, hour_us, longest_downtime_us}) {
        OpenStore store(start_us - downtime_us);
        BOOST_TEST(store.bounded.bounded_us() == start_us);
        BOOST_TEST(store.bounded.now_us() == start_us);
        BOOST_TEST(!store.bounded.doubted());
    }
}

BOOST_AUTO_TEST_CASE(a_wall_clock_too_far_ahead_of_the_mark_is_doubted_and_reclaims_nothing_more) {
    for (const std::int64_t downtime_us : {longest_downtime_us + 1, 10 * year_us}) {
        OpenStore store(start_us - downtime_us);
        BOOST_TEST(store.bounded.bounded_us() == start_us - downtime_us);
        BOOST_TEST(store.bounded.now_us() == start_us);
        BOOST_TEST(store.bounded.doubted());
    }
}

BOOST_AUTO_TEST_CASE(a_wall_clock_behind_the_mark_gives_way_to_it) {
    for (const std::int64_t behind_us : {std::int64_t{1}, hour_us, 10 * year_us}) {
        OpenStore store(start_us + behind_us);
        BOOST_TEST(store.bounded.bounded_us() == start_us + behind_us);
        BOOST_TEST(store.bounded.now_us() == start_us + behind_us);
        BOOST_TEST(!store.bounded.doubted());
    }
}

BOOST_AUTO_TEST_CASE(without_any_downtime_allowed_only_the_mark_itself_is_believed) {
    ManualClock clock;
    BOOST_TEST(BoundedClock(clock, start_us, 0).bounded_us() == start_us);
    BOOST_TEST(BoundedClock(clock, start_us - 1, 0).bounded_us() == start_us - 1);
}

// ---- A clock that is right -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_right_clock_is_followed_to_the_microsecond) {
    OpenStore store;
    for (const std::int64_t step_us : {std::int64_t{1}, second_us, hour_us, year_us}) {
        store.clock.advance_us(step_us);
        BOOST_TEST(store.bounded.now_us() == store.clock.wall_us());
        BOOST_TEST(store.bounded.advance() == store.clock.wall_us());
        BOOST_TEST(store.bounded.bounded_us() == store.clock.wall_us());
    }
}

BOOST_AUTO_TEST_CASE(asking_for_the_time_keeps_the_bound_within_a_second) {
    OpenStore store;
    for (int i = 0; i < 1000; ++i) {
        store.clock.advance_us(second_us / 3);
        (void)store.bounded.now_us();
        BOOST_TEST(store.clock.wall_us() - store.bounded.bounded_us() <= noticed_within_us);
    }
}

// ---- Ahead ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_wall_clock_ten_years_ahead_for_an_hour_moves_the_bound_by_an_hour_and_a_minute) {
    OpenStore store;
    store.clock.jump_us(10 * year_us);
    BOOST_TEST(store.bounded.now_us() == start_us + 10 * year_us);
    store.run_for(hour_us);
    BOOST_TEST(store.bounded.now_us() == start_us + 10 * year_us + hour_us);
    BOOST_TEST(store.bounded.doubted());
    store.clock.jump_us(-10 * year_us);
    BOOST_TEST(store.bounded.advance() <= start_us + hour_us + minute_us);
    BOOST_TEST(store.bounded.bounded_us() > start_us + hour_us);
}

// In one step, as an idle store sees it that does its upkeep once an hour.
BOOST_AUTO_TEST_CASE(an_hour_ten_years_ahead_moves_the_bound_no_further_if_nobody_asked_in_between) {
    OpenStore store;
    store.clock.jump_us(10 * year_us);
    store.clock.advance_us(hour_us);
    BOOST_TEST(store.bounded.advance() == start_us + hour_us + minute_us);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_ahead_denies_no_longer_than_it_was_wrong) {
    OpenStore store;
    store.clock.jump_us(10 * year_us);
    store.run_for(hour_us);
    store.clock.jump_us(-10 * year_us);
    // The verdicts are late by the minute that the bound gained, and that wears off at the rate at which it was gained.
    BOOST_TEST(store.bounded.now_us() - store.clock.wall_us() <= minute_us);
    store.run_for(hour_us + minute_us);
    BOOST_TEST(store.bounded.now_us() == store.clock.wall_us());
    BOOST_TEST(store.bounded.bounded_us() == store.clock.wall_us());
    BOOST_TEST(!store.bounded.doubted());
}

BOOST_AUTO_TEST_CASE(a_wall_clock_is_doubted_when_it_is_more_than_a_minute_ahead) {
    OpenStore store;
    store.clock.jump_us(minute_us);
    store.bounded.advance();
    BOOST_TEST(!store.bounded.doubted());
    store.clock.jump_us(1);
    store.bounded.advance();
    BOOST_TEST(store.bounded.doubted());
    store.clock.jump_us(-1);
    store.bounded.advance();
    BOOST_TEST(!store.bounded.doubted());
}

BOOST_AUTO_TEST_CASE(doubt_ends_when_the_bound_has_come_within_a_minute) {
    OpenStore store;
    store.clock.jump_us(2 * minute_us);
    store.run_for(59 * minute_us);
    BOOST_TEST(store.bounded.doubted());
    store.run_for(2 * minute_us);
    BOOST_TEST(!store.bounded.doubted());
}

// ---- Back ----------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_wall_clock_set_back_does_not_take_the_time_back) {
    for (const std::int64_t back_us : {2 * second_us, hour_us, 10 * year_us}) {
        OpenStore store;
        store.run_for(hour_us);
        const auto before_us = store.bounded.now_us();
        store.clock.jump_us(-back_us);
        BOOST_TEST(store.bounded.now_us() == before_us);
        BOOST_TEST(!store.bounded.doubted());
        store.run_for(hour_us);
        BOOST_TEST(store.bounded.now_us() >= before_us + hour_us - hour_us / slew_divisor);
        BOOST_TEST(store.bounded.now_us() <= before_us + hour_us);
    }
}

BOOST_AUTO_TEST_CASE(a_wall_clock_set_back_is_noticed_to_the_second) {
    for (const std::int64_t since_last_look_us : {std::int64_t{1}, second_us / 2, second_us}) {
        for (const std::int64_t back_us : {std::int64_t{1}, second_us / 2, second_us, minute_us, year_us}) {
            OpenStore store;
            store.clock.advance_us(since_last_look_us);
            const auto before_us = store.bounded.now_us();
            store.clock.jump_us(-back_us);
            BOOST_TEST(before_us - store.bounded.now_us() <= noticed_within_us);
        }
    }
}

// A store that nobody asked for half a minute, and a clock that is set back by less than that.
BOOST_AUTO_TEST_CASE(a_wall_clock_set_back_while_the_store_was_idle_still_gives_no_time_before_the_bound) {
    OpenStore store;
    store.clock.advance_us(30 * second_us);
    store.clock.jump_us(-20 * second_us);
    const auto now_us = store.bounded.now_us();
    BOOST_TEST(now_us >= store.bounded.bounded_us());
    BOOST_TEST(store.bounded.now_us() == now_us);
}

BOOST_AUTO_TEST_CASE(a_clock_that_comes_back_from_behind_is_followed_again) {
    OpenStore store;
    store.run_for(hour_us);
    store.clock.jump_us(-year_us);
    store.run_for(hour_us);
    store.clock.jump_us(year_us);
    BOOST_TEST(store.bounded.now_us() == start_us + 2 * hour_us);
    // The bound fell behind by a sixtieth of the hour and makes it up at that rate.
    BOOST_TEST(store.bounded.bounded_us() >= start_us + 2 * hour_us - minute_us);
    BOOST_TEST(store.bounded.bounded_us() < start_us + 2 * hour_us - minute_us + second_us);
    store.run_for(hour_us);
    BOOST_TEST(store.bounded.bounded_us() == start_us + 3 * hour_us);
}

// ---- trust() -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_trusted_clock_is_believed_at_once_ahead_and_back) {
    for (const std::int64_t jump_us : {10 * year_us, -10 * year_us}) {
        OpenStore store;
        store.clock.jump_us(jump_us);
        store.bounded.advance();
        BOOST_TEST(store.bounded.doubted() == (jump_us > 0));
        store.bounded.trust();
        BOOST_TEST(store.bounded.bounded_us() == start_us + jump_us);
        BOOST_TEST(store.bounded.now_us() == start_us + jump_us);
        BOOST_TEST(!store.bounded.doubted());
        store.clock.advance_us(hour_us);
        BOOST_TEST(store.bounded.advance() == start_us + jump_us + hour_us);
        BOOST_TEST(!store.bounded.doubted());
    }
}

// The time before trust() was counted with the old reading; it must not be counted again.
BOOST_AUTO_TEST_CASE(the_time_before_a_clock_was_trusted_gives_no_slack_after_it) {
    OpenStore store;
    store.clock.advance_us(year_us);
    store.bounded.trust();
    store.clock.jump_us(10 * year_us);
    BOOST_TEST(store.bounded.advance() == start_us + year_us);
}

// ---- Any schedule --------------------------------------------------------------------------------------------------

class Schedule {
public:
    explicit Schedule(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] std::uint64_t pick(std::uint64_t choices) { return random_() % choices; }

    /// A second to ten years, all magnitudes alike, ahead or back.
    [[nodiscard]] std::int64_t jump_us() {
        const std::int64_t size_us = up_to_power_us({second_us, minute_us, hour_us, day_us, year_us, 10 * year_us});
        return pick(2) == 0 ? size_us : -size_us;
    }

    /// Less than a second to a month.
    [[nodiscard]] std::int64_t step_us() { return up_to_power_us({1, second_us, minute_us, hour_us, 30 * day_us}); }

private:
    std::int64_t up_to_power_us(const std::vector<std::int64_t>& magnitudes_us) {
        const auto at = pick(magnitudes_us.size() - 1);
        const auto least_us = static_cast<std::uint64_t>(magnitudes_us[at]);
        const auto most_us = static_cast<std::uint64_t>(magnitudes_us[at + 1]);
        return static_cast<std::int64_t>(least_us + pick(most_us - least_us + 1));
    }

    std::mt19937_64 random_;
};

BOOST_AUTO_TEST_CASE(no_schedule_of_jumps_breaks_the_bounds) {
    Schedule schedule(test::test_seed());
    for (int round = 0; round < 100; ++round) {
        OpenStore store;
        std::int64_t elapsed_us = 0;
        auto last_bounded_us = store.bounded.bounded_us();
        for (int step = 0; step < 200; ++step) {
            BOOST_TEST_INFO("round " << round << ", step " << step);
            const auto step_us = schedule.step_us();
            switch (schedule.pick(4)) {
                case 0:
                    store.clock.jump_us(schedule.jump_us());
                    break;
                case 1:
                    BOOST_TEST_REQUIRE(store.bounded.advance() >= start_us + elapsed_us - elapsed_us / slew_divisor);
                    break;
                default:
                    store.clock.advance_us(step_us);
                    elapsed_us += step_us;
            }
            const auto now_us = store.bounded.now_us();
            const auto bounded_us = store.bounded.bounded_us();
            BOOST_TEST_REQUIRE(now_us >= store.clock.wall_us());
            BOOST_TEST_REQUIRE(now_us >= bounded_us);
            BOOST_TEST_REQUIRE(bounded_us >= last_bounded_us);
            BOOST_TEST_REQUIRE(bounded_us <= start_us + elapsed_us + elapsed_us / slew_divisor);
            last_bounded_us = bounded_us;
        }
        BOOST_TEST(store.bounded.advance() >= start_us + elapsed_us - elapsed_us / slew_divisor);
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_only_ever_set_back_never_takes_the_time_back_by_more_than_a_second) {
    Schedule schedule(test::test_seed());
    for (int round = 0; round < 100; ++round) {
        OpenStore store;
        auto last_now_us = store.bounded.now_us();
        for (int step = 0; step < 200; ++step) {
            BOOST_TEST_INFO("round " << round << ", step " << step);
            store.clock.advance_us(schedule.step_us());
            if (schedule.pick(3) == 0) store.clock.jump_us(-std::abs(schedule.jump_us()));
            const auto now_us = store.bounded.now_us();
            BOOST_TEST_REQUIRE(now_us >= last_now_us - noticed_within_us);
            last_now_us = now_us;
        }
    }
}

// ---- Threads -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(many_threads_see_a_bound_that_never_goes_back) {
    OpenStore store;
    std::atomic<bool> done{false};
    std::atomic<int> went_back{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, advances = i % 2 == 0] {
            auto last_us = store.bounded.bounded_us();
            while (!done) {
                if (advances) store.bounded.advance();
                (void)store.bounded.now_us();
                (void)store.bounded.doubted();
                const auto bounded_us = store.bounded.bounded_us();
                if (bounded_us < last_us) ++went_back;
                last_us = bounded_us;
            }
        });
    }
    constexpr int steps = 2000;
    for (int i = 0; i < steps; ++i) {
        store.clock.advance_us(second_us);
        if (i % 10 == 3) store.clock.jump_us(year_us);
        if (i % 10 == 7) store.clock.jump_us(-year_us);
    }
    done = true;
    for (auto& thread : threads) thread.join();
    BOOST_TEST(went_back == 0);
    constexpr std::int64_t elapsed_us = steps * second_us;
    const auto bounded_us = store.bounded.advance();
    BOOST_TEST(bounded_us >= start_us + elapsed_us - elapsed_us / slew_divisor);
    BOOST_TEST(bounded_us <= start_us + elapsed_us + elapsed_us / slew_divisor);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::expiry
