// Turning the power off in the middle of writes, of opening and of compactions: what was answered as synced is there,
// and of the rest a beginning without a hole. TOKENSTORE_CUTS sets how often.
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include <tokenstore/token_store.hpp>

#include "crash/expected_store.hpp"
#include "crash/ledger.hpp"
#include "crash/victim.hpp"
#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"
#include "support/index_checker.hpp"
#include "support/power_loss.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t cuts_of_a_store = 10;

/// A store that is worked on until the power goes off, again and again.
class CutStore {
public:
    explicit CutStore(std::uint64_t seed) : seed_(seed), dice_(seed), host_(power_) {}

    void cut_once(bool is_last) {
        const auto ledger_file = directory_.path() / "ledger";
        Ledger ledger = Ledger::make(ledger_file);
        power_.go_off_after(draw_changes());
        {
            const storage::HostOverride host(host_.boot(++boot_));
            auto store = TokenStore::open(store_directory(), crash_options());
            if (store) {
                ++opened_before_;
                run_calls(*store, ledger.pages(), seed_ + cuts_, cuts_ * numbers_of_a_victim);
                static_cast<void>(store->close());
            } else {
                BOOST_TEST_REQUIRE(power_.is_off(), "a store with power does not open: " << store.error().to_string());
            }
        }
        ++cuts_;
        const auto losses = power_.fail(dice_);
        BOOST_TEST_CONTEXT("what the power failure left:\n" << losses) { check(ledger, is_last); }
        power_.settle();
    }

    [[nodiscard]] const ExpectedStore& expected() const noexcept { return expected_; }
    [[nodiscard]] std::uint64_t cuts_while_opening() const noexcept { return cuts_ - opened_before_; }

private:
    [[nodiscard]] std::filesystem::path store_directory() const { return directory_.path() / "store"; }

    /// Opening alone makes some forty changes.
    [[nodiscard]] std::uint64_t draw_changes() { return dice_.chance(30) ? dice_.below(60) : dice_.below(2'000); }

    void check(const Ledger& ledger, bool is_last) {
        const storage::HostOverride host(host_.boot(++boot_));
        auto store = TokenStore::open(store_directory(), crash_options());
        BOOST_REQUIRE_MESSAGE(store, (store ? std::string() : store.error().to_string()));
        expected_.take_over(ledger, *store, Ending::power_failed);
        BOOST_TEST_REQUIRE(expected_.take_faults() == "");
        expected_.check(*store);
        BOOST_TEST_REQUIRE(expected_.take_faults() == "");
        expected_.present_dead_tokens(*store, dice_, is_last ? 1 : 50);
        expected_.check(*store);
        BOOST_TEST_REQUIRE(expected_.take_faults() == "");
        const auto closed = store->close();
        BOOST_REQUIRE_MESSAGE(closed, (closed ? std::string() : closed.error().to_string()));
        BOOST_TEST_REQUIRE(check_closed_store(store_directory(), system_clock().wall_us()) == "");
    }

    std::uint64_t seed_;
    Dice dice_;
    TemporaryDirectory directory_{folder_in_memory()};
    PowerLoss power_;
    HookedHost host_;
    ExpectedStore expected_;
    std::uint64_t boot_ = 0;
    std::uint64_t cuts_ = 0;
    std::uint64_t opened_before_ = 0;
};

BOOST_AUTO_TEST_SUITE(power_cuts)

BOOST_AUTO_TEST_CASE(what_was_synced_before_a_power_cut_is_there_after_it_and_nothing_behind_a_hole) {
    const std::uint64_t cuts = test_number("TOKENSTORE_CUTS", 200);
    std::uint64_t answered = 0;
    std::uint64_t while_opening = 0;
    std::optional<CutStore> store;
    for (std::uint64_t cut = 0; cut < cuts; ++cut) {
        if (cut % cuts_of_a_store == 0) store.emplace(test_seed() + cut);
        const bool is_last = (cut + 1) % cuts_of_a_store == 0 || cut + 1 == cuts;
        BOOST_TEST_CONTEXT("cut " << cut) { store->cut_once(is_last); }
        if (!is_last) continue;
        answered += store->expected().calls_answered();
        while_opening += store->cuts_while_opening();
    }
    std::cout << cuts << " power cuts, " << while_opening << " of them while opening; " << answered
              << " calls answered; 0 synced calls lost, 0 holes in history, 0 half applied, 0 dead tokens accepted\n";
    BOOST_TEST(answered > cuts);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
