#include "base/lock_stripes.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

static_assert(!std::is_copy_constructible_v<LockStripes::Guard>);
static_assert(std::is_nothrow_move_constructible_v<LockStripes::Guard>);

// Locks stripes in a thread of its own and tells whether it got them.
class Contender {
public:
    Contender(LockStripes& stripes, std::vector<std::size_t> wanted)
        : thread_([this, &stripes, wanted = std::move(wanted)] {
              started_ = true;
              const LockStripes::Guard guard = stripes.lock(wanted);
              locked_ = true;
          }) {
        while (!started_) std::this_thread::yield();
    }

    bool locked() const { return locked_; }
    void join() { thread_.join(); }

private:
    std::atomic<bool> started_ = false;
    std::atomic<bool> locked_ = false;
    std::thread thread_;
};

BOOST_AUTO_TEST_SUITE(lock_stripes)

BOOST_AUTO_TEST_CASE(a_thing_always_has_the_same_stripe_below_the_number_of_stripes) {
    const LockStripes stripes(64);
    const LockStripes others(64);
    for (int i = 0; i < 1000; ++i) {
        const std::string thing = std::to_string(i);
        BOOST_TEST(stripes.stripe_of(thing, 1) < 64U);
        BOOST_TEST(stripes.stripe_of(thing, 1) == others.stripe_of(thing, 1));
    }
}

BOOST_AUTO_TEST_CASE(things_spread_over_all_stripes) {
    const LockStripes stripes(64);
    std::set<std::size_t> seen;
    for (int i = 0; i < 5000; ++i) seen.insert(stripes.stripe_of(std::to_string(i), 0));
    BOOST_TEST(seen.size() == 64U);
}

BOOST_AUTO_TEST_CASE(things_of_different_kinds_with_the_same_bytes_are_kept_apart) {
    const LockStripes stripes;
    int shared = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::string thing = std::to_string(i);
        shared += stripes.stripe_of(thing, 1) == stripes.stripe_of(thing, 2) ? 1 : 0;
    }
    BOOST_TEST(shared < 10);  // by chance one in 4096
}

BOOST_AUTO_TEST_CASE(a_stripe_named_twice_is_locked_once) {
    LockStripes stripes(8);
    { const LockStripes::Guard guard = stripes.lock({5, 5, 2, 5}); }
    { const LockStripes::Guard guard = stripes.lock(std::vector<std::size_t>{7, 0, 7, 7, 0, 7, 7, 0}); }
    const LockStripes::Guard all = stripes.lock({0, 1, 2, 3, 4, 5, 6, 7});
}

BOOST_AUTO_TEST_CASE(no_stripes_make_an_empty_guard) {
    LockStripes stripes(1);
    const LockStripes::Guard none = stripes.lock(std::vector<std::size_t>{});
    const LockStripes::Guard only = stripes.lock({0});
}

BOOST_AUTO_TEST_CASE(a_locked_stripe_keeps_others_out_until_the_guard_is_gone) {
    LockStripes stripes(8);
    LockStripes::Guard guard = stripes.lock({3, 1});
    Contender contender(stripes, {1});
    BOOST_TEST(!contender.locked());
    guard.unlock();
    contender.join();
    BOOST_TEST(contender.locked());
    guard.unlock();  // has nothing left to unlock
}

BOOST_AUTO_TEST_CASE(other_stripes_stay_free) {
    LockStripes stripes(8);
    const LockStripes::Guard guard = stripes.lock({3, 1});
    Contender contender(stripes, {0, 2, 4, 5, 6, 7});
    contender.join();
    BOOST_TEST(contender.locked());
}

BOOST_AUTO_TEST_CASE(a_moved_guard_holds_the_lock_and_the_old_one_nothing) {
    LockStripes stripes(8);
    for (const std::vector<std::size_t>& wanted : {std::vector<std::size_t>{1, 2}, {0, 1, 2, 3, 4, 5, 6}}) {
        LockStripes::Guard old = stripes.lock(wanted);
        LockStripes::Guard moved(std::move(old));
        // NOLINTNEXTLINE(bugprone-use-after-move): promised to hold nothing
        old.unlock();
        Contender contender(stripes, {1});
        BOOST_TEST(!contender.locked());
        moved = LockStripes::Guard();
        contender.join();
        BOOST_TEST(contender.locked());
    }
}

BOOST_AUTO_TEST_CASE(assigning_to_a_guard_unlocks_what_it_held) {
    LockStripes stripes(8);
    LockStripes::Guard guard = stripes.lock({1, 2});
    guard = LockStripes::Guard();
    guard = stripes.lock({2, 3});
    Contender contender(stripes, {1});
    contender.join();
    BOOST_TEST(contender.locked());
}

BOOST_AUTO_TEST_CASE(threads_that_lock_overlapping_sets_in_any_order_exclude_each_other_and_never_deadlock) {
    constexpr std::size_t stripe_count = 16;
    constexpr int rounds = 3000;
    constexpr unsigned seed = 20260601;
    BOOST_TEST_MESSAGE("seed " << seed);
    LockStripes stripes(stripe_count);
    std::array<int, stripe_count> counts{};  // each guarded by the stripe of its index alone
    std::atomic<int> expected = 0;

    std::vector<std::thread> threads;
    for (unsigned number = 0; number < 4; ++number) {
        threads.emplace_back([&, number] {
            std::mt19937 random(seed + number);
            for (int round = 0; round < rounds; ++round) {
                std::vector<std::size_t> wanted(1 + random() % 8);
                std::ranges::generate(wanted, [&random] { return random() % stripe_count; });
                const LockStripes::Guard guard = wanted.size() == 2 ? stripes.lock({wanted[0], wanted[1]})  //
                                                                    : stripes.lock(wanted);
                for (const std::size_t stripe : std::set(wanted.begin(), wanted.end())) {
                    ++counts[stripe];
                    ++expected;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    int counted = 0;
    for (const int count : counts) counted += count;
    BOOST_TEST(counted == expected);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
