// The inputs and outputs of every call, failed in every way, once and for good: no false success, nothing half done, no
// crash, and an honest client's retry is never taken for theft. TOKENSTORE_FAULT_STRIDE sets that every n-th of them is
// failed, beginning at one drawn from the seed; 1 fails them all, which takes many minutes.
#include <array>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/token_store.hpp>

#include "faults/faulted_call.hpp"
#include "faults/planned_fault.hpp"
#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"
#include "support/index_checker.hpp"
#include "support/manual_clock.hpp"
#include "support/results.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array all_faults{IoFault::input_output_error, IoFault::no_space, IoFault::half_done,
                                IoFault::done_and_failed, IoFault::flipped_bit};

class FaultySystem {
public:
    FaultySystem() : host_(fault_), on_host_(host_.boot(1)) {
        options_.clock = &clock_;
        options_.maintenance_interval_ms = 0;
        options_.block_cache_bytes = 0;  // every read is one of the disk
        options_.reclaim_grace_us = 0;
        auto store = must(TokenStore::open(prepared(), options_));
        prepare(store, clock_);
        must(store.close());
    }

    /// Plans the fault for later and later inputs and outputs, until the call is over before it is met.
    void sweep(const FaultedCall& call, IoFault fault, bool for_good) {
        for (std::uint64_t at = dice_.below(stride_);; at += stride_) {
            const FaultPlan plan{fault, at, for_good};
            BOOST_TEST_CONTEXT(call.name << ", " << name(fault) << (for_good ? " for good" : " once") << " at " << at) {
                if (!strike(call, plan)) return;
            }
            ++points_;
        }
    }

    /// The same for opening.
    void sweep_opening(IoFault fault, bool for_good) {
        for (std::uint64_t at = dice_.below(stride_);; at += stride_) {
            begin_anew();
            fault_.arm({fault, at, for_good});
            auto opened = TokenStore::open(folder(), options_);
            const auto struck = fault_.struck();
            if (opened) static_cast<void>(opened->close());
            opened = Error{};
            fault_.heal();
            BOOST_TEST_CONTEXT("opening, " << name(fault) << (for_good ? " for good" : " once") << " at " << at << ", "
                                           << struck.value_or("nothing")) {
                auto store = must(TokenStore::open(folder(), options_));
                BOOST_TEST(states_but(store, {6}) == expected_states({6}));
                must(store.close());
            }
            if (!struck) return;
            ++points_;
        }
    }

    [[nodiscard]] std::uint64_t points() const noexcept { return points_; }

private:
    [[nodiscard]] fs::path prepared() const { return directory_.path() / "prepared"; }
    [[nodiscard]] fs::path folder() const { return directory_.path() / "store"; }

    void begin_anew() const {
        fs::remove_all(folder());
        fs::copy(prepared(), folder());
    }

    bool strike(const FaultedCall& call, const FaultPlan& plan) {
        begin_anew();
        std::optional<TokenStore> store = must(TokenStore::open(folder(), options_));
        fault_.arm(plan);
        const Attempt made = call.make(*store, clock_);
        const auto struck = fault_.struck();
        if (!plan.for_good) fault_.heal();
        const auto health = store->health();
        static_cast<void>(store->close());
        store.reset();
        fault_.heal();
        BOOST_TEST_CONTEXT("it struck " << struck.value_or("nothing")
                                        << "; the call: " << (made.error ? made.error->to_string() : "success")) {
            if (made.error && made.error->write == WriteState::indeterminate && health) {
                BOOST_TEST((health->state != HealthState::healthy));
            }
            auto reopened = must(TokenStore::open(folder(), options_));
            BOOST_TEST(states_but(reopened, left_out_for(call)) == expected_states(left_out_for(call)));
            BOOST_TEST(call.find_wrong(reopened, clock_, made) == "");
            must(reopened.close());
            if (call.changes) BOOST_TEST(check_closed_store(folder(), clock_.wall_us()) == "");
        }
        return struck.has_value();
    }

    /// Token 6 has expired: any compaction may take it.
    [[nodiscard]] static std::vector<std::uint64_t> left_out_for(const FaultedCall& call) {
        auto numbers = call.touched;
        numbers.push_back(6);
        return numbers;
    }

    /// What the prepared store says of the tokens that a call leaves alone.
    [[nodiscard]] const std::string& expected_states(const std::vector<std::uint64_t>& left_out) {
        auto& states = expected_[left_out];
        if (states.empty()) {
            auto store = must(TokenStore::open(prepared(), options_));
            states = states_but(store, left_out);
            must(store.close());
        }
        return states;
    }

    TemporaryDirectory directory_{folder_in_memory()};
    ManualClock clock_;
    Options options_;
    PlannedFault fault_;
    HookedHost host_;
    storage::HostOverride on_host_;
    std::map<std::vector<std::uint64_t>, std::string> expected_;
    std::uint64_t stride_ = test_number("TOKENSTORE_FAULT_STRIDE", 16);
    Dice dice_{test_seed()};
    std::uint64_t points_ = 0;
};

BOOST_AUTO_TEST_SUITE(io_faults)

BOOST_AUTO_TEST_CASE(no_fault_of_the_disk_at_any_point_of_any_call_is_taken_for_a_success_or_leaves_half_of_it) {
    FaultySystem system;
    for (const auto fault : all_faults) {
        for (const bool for_good : {false, true}) {
            for (const FaultedCall& call : faulted_calls()) system.sweep(call, fault, for_good);
            system.sweep_opening(fault, for_good);
        }
    }
    std::cout << system.points() << " points of input and output failed, 0 false successes, 0 half done, "
              << "0 retries taken for theft\n";
    BOOST_TEST(system.points() > 50U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
