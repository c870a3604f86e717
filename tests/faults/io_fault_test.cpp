// The inputs and outputs of every call, of opening and of a reader: each of them is failed in every way that applies to
// it, once and for good. No false success, nothing half done, no crash, and an honest client's retry is never taken for
// reuse; nor is a change false that the store takes afterwards. The errors are one of the disk
// (of a read as well as of a write), no space, a write by half, a change or a sync that was done and failed all the
// same, and a flipped bit in what is read.
//
// TOKENSTORE_FAULT_STRIDE sets that only every n-th point of a call is failed, beginning at one drawn from the seed.
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/store_reader.hpp>
#include <tokenstore/token_store.hpp>

#include "faults/fault_finding.hpp"
#include "faults/faulted_call.hpp"
#include "faults/planned_fault.hpp"
#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"
#include "support/index_checker.hpp"
#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/results.hpp"
#include "support/stall_report.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array all_faults{IoFault::input_output_error, IoFault::no_space, IoFault::half_done,
                                IoFault::done_and_failed, IoFault::flipped_bit};

/// What came of one fault.
struct Strike {
    std::optional<std::string> struck;  ///< where the fault was met; nothing if it was not
    std::string answer;                 ///< of the operation, for the message of a finding
    std::vector<FaultFinding> findings;

    void add(const MaybeFinding& finding) {
        if (finding) findings.push_back(*finding);
    }
    void require_equal(const std::string& actual, const std::string& expected) {
        if (actual != expected) add(FaultFinding{FaultKind::lost, actual + "instead of\n" + expected});
    }
};

class FaultySystem {
public:
    FaultySystem() : host_(fault_), on_host_(host_.boot(1)) {
        options_.clock = &clock_;
        options_.maintenance_interval_ms = 0;
        options_.block_cache_bytes = 0;  // every read is one of the disk
        options_.reclaim_grace_us = 0;
        options_.write_buffer_bytes = 1U << 20U;  // as much room is set aside for each log, which takes time
        auto store = must(TokenStore::open(prepared(), options_));
        prepare(store, clock_);
        must(store.close());
        healthy_reading_ = *read_all(prepared());
    }

    void sweep_all() {
        for (const FaultedCall& call : faulted_calls()) {
            sweep(call.name, [&](const FaultPlan& plan) { return strike_call(call, plan); });
        }
        sweep("open", [this](const FaultPlan& plan) { return strike_opening(plan); });
        sweep("open, a new store", [this](const FaultPlan& plan) { return strike_making(plan); });
        sweep("StoreReader", [this](const FaultPlan& plan) { return strike_reader(plan); });
    }

    [[nodiscard]] const FaultTally& tally() const noexcept { return tally_; }

    [[nodiscard]] std::string closing_line() const {
        std::ostringstream line;
        line << "faults: " << tally_.operations << " operations, " << tally_.points << " points, ";
        if (stride_ > 1) line << "one of " << stride_ << ", ";
        line << tally_.faults << " faults, " << tally_.count(FaultKind::false_success) << " false successes, "
             << tally_.count(FaultKind::half_done) << " half done, " << tally_.count(FaultKind::taken_for_reuse)
             << " honest retries taken for reuse, " << tally_.count(FaultKind::lost) << " lost; seed " << test_seed();
        return line.str();
    }

private:
    using StrikeAt = std::function<Strike(const FaultPlan&)>;

    /// Plans each fault for later and later inputs and outputs, until the operation is over before it is met.
    void sweep(const std::string& operation, const StrikeAt& strike_at) {
        ++tally_.operations;
        for (const auto fault : all_faults) {
            for (const bool for_good : {false, true}) {
                for (std::uint64_t at = dice_.below(stride_);; at += stride_) {
                    const auto plan =
                        std::string(name(fault)) + (for_good ? " for good" : " once") + " at " + std::to_string(at);
                    stalls_.step(operation + ", " + plan);
                    const auto strike = strike_at({fault, at, for_good});
                    for (const auto& finding : strike.findings) {
                        tally_.add(finding);
                        BOOST_ERROR(operation << ", " << plan << ", which was " << strike.struck.value_or("nothing")
                                              << "; it answered " << strike.answer << ": " << finding.sentence);
                    }
                    if (!strike.struck) break;
                    ++tally_.faults;
                    // The error that every input and output can have.
                    if (fault == IoFault::input_output_error && !for_good) ++tally_.points;
                }
            }
        }
    }

    [[nodiscard]] Strike strike_call(const FaultedCall& call, const FaultPlan& plan) {
        begin_anew();
        std::optional<TokenStore> store = must(TokenStore::open(folder(), options_));
        fault_.arm(plan);
        const Attempt made = call.make(*store, clock_);
        Strike strike = result(made.error);
        if (!plan.for_good) fault_.heal();
        const auto health = store->health();
        const auto later = make_later_call(*store, clock_);
        static_cast<void>(store->close());
        store.reset();
        fault_.heal();
        const bool in_doubt = made.error && made.error->write == WriteState::indeterminate;
        if (in_doubt && health && health->state == HealthState::healthy) {
            strike.add(FaultFinding{FaultKind::half_done, "a store in doubt calls itself healthy"});
        }
        examine(strike, [&] {
            auto reopened = must(TokenStore::open(folder(), options_));
            strike.require_equal(states_but(reopened, left_out_for(call)), expected_states(left_out_for(call)));
            strike.add(find_wrong_with_later_call(reopened, later));
            strike.add(call.find_wrong(reopened, clock_, made));
            must(reopened.close());
            strike.require_equal(check_closed_store(folder(), clock_.wall_us()), "");
        });
        return strike;
    }

    [[nodiscard]] Strike strike_opening(const FaultPlan& plan) {
        begin_anew();
        fault_.arm(plan);
        auto opened = TokenStore::open(folder(), options_);
        Strike strike = result(opened ? std::nullopt : std::optional(opened.error()));
        if (opened) static_cast<void>(opened->close());
        opened = Error{};
        fault_.heal();
        examine(strike, [&] {
            auto store = must(TokenStore::open(folder(), options_));
            strike.require_equal(states_but(store, {6}), expected_states({6}));
            must(store.close());
            strike.require_equal(check_closed_store(folder(), clock_.wall_us()), "");
        });
        return strike;
    }

    /// A store is made for a token. What a failed attempt leaves is made good by the next one.
    [[nodiscard]] Strike strike_making(const FaultPlan& plan) {
        fs::remove_all(folder());
        fault_.arm(plan);
        auto made = TokenStore::open(folder(), options_);
        Strike strike = result(made ? std::nullopt : std::optional(made.error()));
        if (!plan.for_good) fault_.heal();
        std::optional<Attempt> later;
        if (made) later = make_later_call(*made, clock_);
        if (made) static_cast<void>(made->close());
        made = Error{};
        fault_.heal();
        examine(strike, [&] {
            auto store = must(TokenStore::open(folder(), options_));
            if (later) strike.add(find_wrong_with_later_call(store, *later));
            must(store.close());
            strike.require_equal(check_closed_store(folder(), clock_.wall_us()), "");
        });
        return strike;
    }

    [[nodiscard]] Strike strike_reader(const FaultPlan& plan) {
        begin_anew();
        fault_.arm(plan);
        const auto reading = read_all(folder());
        Strike strike = result(reading ? std::nullopt : std::optional(reading.error()));
        fault_.heal();
        if (reading && *reading != healthy_reading_) {
            strike.add(
                FaultFinding{FaultKind::false_success, "it read " + *reading + "instead of " + healthy_reading_});
        }
        return strike;
    }

    /// Whatever a reader tells, as text.
    [[nodiscard]] Result<std::string> read_all(const fs::path& directory) const {
        ReaderOptions options;
        options.block_cache_bytes = 0;
        const auto reader = StoreReader::open(directory, options);
        if (!reader) return reader.error();
        const auto now_us = clock_.wall_us();
        std::ostringstream text;
        const auto visited = reader->for_each_token(now_us, [&text](const JudgedToken& token) {
            text << to_hex(token.token.hash) << ' ' << name(token.state) << '\n';
            return true;
        });
        if (!visited) return visited.error();
        const auto counts = reader->count(now_us);
        if (!counts) return counts.error();
        const auto page = reader->get_user_active_sessions(make_user_id(1), now_us);
        if (!page) return page.error();
        const auto consumed = reader->get_by_hash(make_hash(3), now_us);
        if (!consumed) return consumed.error();
        text << *visited << " visited, " << counts->tokens << " counted, " << counts->live << " live, "
             << page->sessions.size() << " sessions, " << (*consumed ? name((*consumed)->state) : "nothing") << '\n';
        return text.str();
    }

    [[nodiscard]] Strike result(const std::optional<Error>& error) {
        return {.struck = fault_.struck(), .answer = error ? error->to_string() : "success", .findings = {}};
    }

    /// With the disk healed every call has to succeed.
    template <class Examine>
    static void examine(Strike& strike, const Examine& look) {
        try {
            look();
        } catch (const std::exception& failure) {
            strike.add(FaultFinding{FaultKind::lost, failure.what()});
        }
    }

    [[nodiscard]] fs::path prepared() const { return directory_.path() / "prepared"; }
    [[nodiscard]] fs::path folder() const { return directory_.path() / "store"; }

    void begin_anew() const {
        fs::remove_all(folder());
        fs::copy(prepared(), folder());
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
            const auto copy = directory_.path() / "healthy";  // opening changes it
            fs::copy(prepared(), copy);
            auto store = must(TokenStore::open(copy, options_));
            states = states_but(store, left_out);
            must(store.close());
            fs::remove_all(copy);
        }
        return states;
    }

    TemporaryDirectory directory_{folder_in_memory()};
    ManualClock clock_;
    Options options_;
    PlannedFault fault_;
    HookedHost host_;
    storage::HostOverride on_host_;
    std::string healthy_reading_;
    std::map<std::vector<std::uint64_t>, std::string> expected_;
    std::uint64_t stride_ = test_number("TOKENSTORE_FAULT_STRIDE", 1);
    Dice dice_{test_seed()};
    FaultTally tally_;
    StallReport stalls_{std::chrono::seconds(60)};
};

BOOST_AUTO_TEST_SUITE(io_faults)

BOOST_AUTO_TEST_CASE(no_fault_of_the_disk_at_any_point_of_any_call_is_taken_for_a_success_or_leaves_half_of_it) {
    FaultySystem system;
    system.sweep_all();
    std::cout << system.closing_line() << '\n';
    BOOST_TEST(system.tally().faults > 100U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
