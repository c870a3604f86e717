// Turning the power off in the middle of writes, of opening and of compactions: what was answered as synced is there,
// and of the rest a beginning without a hole. TOKENSTORE_CUTS sets how often.
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include <tokenstore/token_store.hpp>

#include "crash/evidence.hpp"
#include "crash/expected_store.hpp"
#include "crash/findings.hpp"
#include "crash/ledger.hpp"
#include "crash/progress.hpp"
#include "crash/victim.hpp"
#include "crash/victim_process.hpp"
#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"
#include "support/index_checker.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t usual_cuts = 500;
constexpr std::uint64_t cuts_of_a_store = 10;

/// A store that is worked on until the power goes off, again and again.
class CutStore {
public:
    CutStore(std::uint64_t seed, Findings& findings)
        : seed_(seed), dice_(seed), findings_(findings), host_(bystander_), expected_(findings) {}

    void cut_once(bool is_last) {
        try {
            cut();
            evidence_.note_store(store_directory());
            check(is_last);
        } catch (const std::exception& error) {
            findings_.add(Finding::failed, error.what());
        }
    }

    /// What the last power failure left, and where the store is kept.
    [[nodiscard]] std::string describe_cut(const std::string& name) const {
        std::ifstream losses(directory_.path() / losses_file_name);
        const std::string text{std::istreambuf_iterator<char>(losses), {}};
        return "what the power failure left:\n" + text + evidence_.keep(name) + "\n";
    }

    [[nodiscard]] const ExpectedStore& expected() const noexcept { return expected_; }
    [[nodiscard]] std::uint64_t cuts_while_opening() const noexcept { return cuts_while_opening_; }

private:
    /// For a host without a fault.
    class Bystander final : public IoHook {
        IoFault before(const Io& /*io*/) override { return IoFault::none; }
    };

    void cut() {
        const auto aside = directory_.path() / aside_folder_name;
        std::filesystem::remove_all(aside);
        std::filesystem::create_directory(aside);
        const auto file = directory_.path() / "ledger";
        ledger_.emplace(Ledger::make(file));
        ledger_->pages().cut = {draw_change(), dice_.below(~std::uint64_t{0}), ++boot_};
        VictimProcess({store_directory(), file, seed_ + cuts_, cuts_ * numbers_of_a_victim})
            .kill({LedgerStage::full}, *ledger_);
        ++cuts_;
        if (ledger_->pages().stage.load() == LedgerStage::opening) ++cuts_while_opening_;
    }

    [[nodiscard]] std::filesystem::path store_directory() const { return directory_.path() / "store"; }

    /// Opening alone makes some forty changes.
    [[nodiscard]] std::uint64_t draw_change() { return 1 + dice_.below(dice_.chance(30) ? 60 : 1'500); }

    void check(bool is_last) {
        const storage::HostOverride host(host_.boot(++boot_));
        auto store = TokenStore::open(store_directory(), crash_options());
        if (!store) return findings_.add(Finding::failed, "it does not open: " + store.error().to_string());
        expected_.take_over(*ledger_, *store, Ending::power_failed);
        expected_.check(*store);
        if (findings_.empty()) {
            expected_.present_dead_tokens(*store, dice_, is_last ? 1 : 50);
            expected_.check(*store);
        }
        if (const auto closed = store->close(); !closed) {
            findings_.add(Finding::failed, "it does not close: " + closed.error().to_string());
        }
        for (const auto& sentence :
             find_disagreements(read_closed_store(store_directory()), system_clock().wall_us())) {
            findings_.add(Finding::half_applied, sentence);
        }
    }

    std::uint64_t seed_;
    Dice dice_;
    Findings& findings_;
    TemporaryDirectory directory_{folder_in_memory()};
    Evidence evidence_{directory_.path()};
    std::optional<Ledger> ledger_;
    Bystander bystander_;
    HookedHost host_;
    ExpectedStore expected_;
    std::uint64_t boot_ = 0;
    std::uint64_t cuts_ = 0;
    std::uint64_t cuts_while_opening_ = 0;
};

/// The numbers of a whole run.
struct Totals {
    std::uint64_t cuts = 0;
    std::uint64_t while_opening = 0;
    std::uint64_t answered = 0;
    std::uint64_t synced = 0;

    void add(const CutStore& store) {
        while_opening += store.cuts_while_opening();
        answered += store.expected().calls_answered();
        synced += store.expected().calls_kept();
    }
};

std::string describe(const Totals& totals, const Findings& findings) {
    const auto number = [](std::uint64_t count, const std::string& what) { return std::to_string(count) + what; };
    return "cuts: " + number(totals.cuts, " power cuts, ") + number(totals.while_opening, " while opening, ") +
           number(totals.answered, " acknowledged, ") + number(totals.synced, " synced acknowledgements, ") +
           number(findings.count(Finding::lost), " lost, ") + number(findings.count(Finding::hole), " holes, ") +
           number(findings.count(Finding::half_applied), " half-applied, ") +
           number(findings.count(Finding::resurrected), " resurrected, ") +
           number(findings.count(Finding::failed), " failed; seed ") + std::to_string(test_seed());
}

BOOST_AUTO_TEST_SUITE(power_cuts)

BOOST_AUTO_TEST_CASE(what_was_synced_before_a_power_cut_is_there_after_it_and_nothing_behind_a_hole) {
    const std::uint64_t wanted = test_number("TOKENSTORE_CUTS", usual_cuts);
    Findings findings;
    Totals totals;
    Progress progress;
    std::string circumstances;
    std::optional<CutStore> store;
    while (totals.cuts < wanted && findings.empty()) {
        if (totals.cuts % cuts_of_a_store == 0) {
            if (store) totals.add(*store);
            store.emplace(test_seed() + totals.cuts, findings);
        }
        ++totals.cuts;
        store->cut_once(totals.cuts % cuts_of_a_store == 0 || totals.cuts == wanted);
        if (!findings.empty()) circumstances = store->describe_cut("cut_" + std::to_string(totals.cuts));
        progress.tell(describe(totals, findings));
    }
    if (store) totals.add(*store);
    std::cout << describe(totals, findings) << std::endl;
    BOOST_TEST_REQUIRE(findings.empty(), findings.text() << circumstances);
    BOOST_TEST(totals.synced >= totals.cuts);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
