#include "base/call_gate.hpp"

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

static_assert(!std::is_copy_constructible_v<CallGate::Pass>);
static_assert(std::is_nothrow_move_constructible_v<CallGate::Pass>);
static_assert(std::is_nothrow_move_assignable_v<CallGate::Pass>);

// Waits, in another thread, until the gate has closed.
class Closer {
public:
    explicit Closer(CallGate& gate)
        : thread_([this, &gate] {
              gate.close_and_wait();
              returned_ = true;
          }) {
        while (!gate.closed()) std::this_thread::yield();
    }

    bool returned() const { return returned_; }
    void join() { thread_.join(); }

private:
    std::atomic<bool> returned_ = false;
    std::thread thread_;
};

BOOST_AUTO_TEST_SUITE(call_gate)

BOOST_AUTO_TEST_CASE(an_open_gate_lets_calls_in) {
    CallGate gate;
    const CallGate::Pass one = gate.enter();
    const CallGate::Pass two = gate.enter();
    BOOST_TEST(static_cast<bool>(one));
    BOOST_TEST(static_cast<bool>(two));
    BOOST_TEST(!gate.closed());
}

BOOST_AUTO_TEST_CASE(a_closed_gate_lets_nobody_in) {
    CallGate gate;
    gate.close_and_wait();
    BOOST_TEST(gate.closed());
    BOOST_TEST(!static_cast<bool>(gate.enter()));
    std::thread([&gate] { BOOST_TEST(!static_cast<bool>(gate.enter())); }).join();
}

BOOST_AUTO_TEST_CASE(closing_twice_is_closing_once) {
    CallGate gate;
    { const CallGate::Pass pass = gate.enter(); }
    gate.close_and_wait();
    gate.close_and_wait();
    BOOST_TEST(gate.closed());
}

BOOST_AUTO_TEST_CASE(closing_waits_for_the_call_inside) {
    CallGate gate;
    std::optional<CallGate::Pass> pass = gate.enter();
    Closer closer(gate);
    BOOST_TEST(!static_cast<bool>(gate.enter()));
    BOOST_TEST(!closer.returned());
    pass.reset();
    closer.join();
    BOOST_TEST(closer.returned());
}

BOOST_AUTO_TEST_CASE(closing_waits_for_every_one_of_a_threads_calls) {
    CallGate gate;
    CallGate::Pass one = gate.enter();
    CallGate::Pass two = gate.enter();
    Closer closer(gate);
    one = {};
    BOOST_TEST(!closer.returned());
    two = {};
    closer.join();
    BOOST_TEST(closer.returned());
}

BOOST_AUTO_TEST_CASE(every_one_of_several_closers_waits) {
    CallGate gate;
    CallGate::Pass pass = gate.enter();
    Closer one(gate);
    Closer two(gate);
    BOOST_TEST(!one.returned());
    BOOST_TEST(!two.returned());
    pass = {};
    one.join();
    two.join();
    gate.close_and_wait();
}

BOOST_AUTO_TEST_CASE(a_moved_pass_is_counted_once) {
    CallGate gate;
    CallGate::Pass first = gate.enter();
    CallGate::Pass second(std::move(first));
    BOOST_TEST(static_cast<bool>(second));
    // NOLINTNEXTLINE(bugprone-use-after-move): promised to hold nothing
    BOOST_TEST(!static_cast<bool>(first));
    second = gate.enter();  // gives the old pass back
    BOOST_TEST(static_cast<bool>(second));

    Closer closer(gate);
    first = {};
    BOOST_TEST(!closer.returned());
    std::thread([pass = std::move(second)] {}).join();  // leaves in a thread that never entered
    closer.join();
    BOOST_TEST(closer.returned());
}

BOOST_AUTO_TEST_CASE(more_threads_than_counters_are_all_waited_for) {
    constexpr int thread_count = 80;
    CallGate gate;
    std::latch all_inside(thread_count + 1);
    std::latch may_leave(1);
    std::atomic<int> entered = 0;
    std::atomic<int> gone = 0;
    std::vector<std::thread> threads;
    threads.reserve(thread_count);
    for (int i = 0; i < thread_count; ++i) {
        threads.emplace_back([&] {
            const CallGate::Pass pass = gate.enter();
            if (pass) ++entered;
            all_inside.arrive_and_wait();
            may_leave.wait();
            ++gone;
        });
    }
    all_inside.arrive_and_wait();
    BOOST_TEST(entered == thread_count);
    Closer closer(gate);
    BOOST_TEST(!closer.returned());
    may_leave.count_down();
    closer.join();
    BOOST_TEST(gone == thread_count);
    for (std::thread& thread : threads) thread.join();
}

BOOST_AUTO_TEST_CASE(no_call_is_inside_once_closing_has_returned) {
    for (int round = 0; round < 50; ++round) {
        CallGate gate;
        // Neither atomic nor locked: whoever is inside after the close races with the writer.
        auto resource = std::make_unique<int>(7);
        std::latch started(5);
        std::atomic<bool> all_right = true;
        std::vector<std::thread> threads;
        threads.reserve(4);
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                started.arrive_and_wait();
                while (const CallGate::Pass pass = gate.enter()) {
                    if (*resource != 7) all_right = false;
                }
            });
        }
        started.arrive_and_wait();
        gate.close_and_wait();
        resource.reset();
        for (std::thread& thread : threads) thread.join();
        BOOST_TEST(all_right);
    }
}

BOOST_AUTO_TEST_CASE(the_gate_may_be_destroyed_as_soon_as_closing_has_returned) {
    for (int round = 0; round < 200; ++round) {
        auto gate = std::make_unique<CallGate>();
        std::latch inside(5);
        std::vector<std::thread> threads;
        threads.reserve(4);
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                const CallGate::Pass pass = gate->enter();
                inside.arrive_and_wait();
            });
        }
        inside.arrive_and_wait();
        gate->close_and_wait();
        gate.reset();
        for (std::thread& thread : threads) thread.join();
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
