// Openings that are killed: what they leave opens again with everything in it, at whatever place and however often that
// happened.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/history_fixture.hpp"
#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(killed_opening, HistoryFixture)

/// Keeps what a process leaves that is killed just before each of the changes to the disk that opening makes.
class KillsWhileOpening final : public IoHook {
public:
    explicit KillsWhileOpening(const StoreImage& image) : image_(image) {}

    IoFault before(const Io& io) override {
        const bool leaves_more = changes_disk(io.kind) && io.kind != IoKind::sync && io.kind != IoKind::sync_directory;
        if (leaves_more && std::this_thread::get_id() == opener_) {
            left.push_back(std::make_unique<StoreImage>(image_.directory()));
        }
        return IoFault::none;
    }

    std::vector<std::unique_ptr<StoreImage>> left;

private:
    const StoreImage& image_;
    std::thread::id opener_ = std::this_thread::get_id();
};

std::vector<std::unique_ptr<StoreImage>> killed_while_opening(const StoreImage& image, const Options& options,
                                                              const std::optional<storage::BootId>& boot) {
    KillsWhileOpening kills(image);
    const HookedHost hooked(kills);
    auto host = hooked.boot(0);
    host.boot = boot;
    const storage::HostOverride override_host(host);
    must(must(TokenStore::open(image.directory(), options)).close());
    return std::move(kills.left);
}

struct KilledWhileOpening : HistoryFixture {
    /// Opens what a killed opening leaves at any place, and what several that were killed one after the other leave.
    void check(const std::function<void(const StoreImage&)>& damage, std::uint64_t changes, const storage::Host& host) {
        const StoreImage start(directory());
        damage(start);
        Dice dice(test_seed());
        auto left = killed_while_opening(start, options, host.boot);
        BOOST_TEST(left.size() > 30U);
        const auto kills = test_number("TOKENSTORE_OPENINGS_KILLED", 6);
        for (std::uint64_t kill = 1; kill <= kills; ++kill) {
            // Of the first opening many places are looked at, of the others a few.
            for (std::size_t place = 0; place < left.size(); place += 1 + dice.below(kill == 1 ? 3 : 20)) {
                const StoreImage copy(left[place]->directory());
                const storage::HostOverride override_host(host);
                BOOST_TEST_CONTEXT("killed " << kill << " times, at last before action " << place) {
                    const auto opened = open(copy);
                    BOOST_TEST(opened.has_value(), (opened ? std::string() : opened.error().to_string()));
                    if (opened) BOOST_TEST(changes_held(*opened) == changes);
                }
            }
            if (kill < kills) left = killed_while_opening(*dice.one_of(left), options, host.boot);
        }
    }
};

BOOST_FIXTURE_TEST_CASE(an_opening_that_is_killed_at_any_place_leaves_a_store_that_opens, KilledWhileOpening) {
    make_changes(20, synced);
    make_changes(20);
    check([](const StoreImage&) {}, 40, storage::current_host());
}

BOOST_FIXTURE_TEST_CASE(an_opening_behind_a_torn_record_that_is_killed_leaves_a_store_that_opens, KilledWhileOpening) {
    make_changes(20, synced);
    make_changes(20);
    check([&](const StoreImage& image) { image.cut(ends.back().log, ends.back().offset - 9); }, 39,
          storage::current_host());
}

BOOST_FIXTURE_TEST_CASE(an_opening_behind_a_power_failure_that_is_killed_leaves_a_store_that_opens_without_a_hole,
                        KilledWhileOpening) {
    make_changes(20, synced);
    make_changes(20);
    check([&](const StoreImage& image) { image.zero(ends.back().log, ends.at(29).offset, 40); }, 30,
          after_power_failure());
}

// A sync without changes of its own covers those of an older log, which is gone once all of it is in table files.
BOOST_AUTO_TEST_CASE(a_sync_behind_a_new_log_asks_nothing_of_it) {
    make_changes(20);
    must(store.compact());  // flushes, and syncs nothing
    must(store.flush());    // syncs, and finds nothing to flush
    check_opens_by_itself(StoreImage(directory()), 20);
    make_changes(5);
    check_opens_by_itself(StoreImage(directory()), 25);
}

BOOST_AUTO_TEST_CASE(a_store_opened_and_left_many_times_loses_nothing) {
    Dice dice(test_seed());
    for (int round = 0; round < 12; ++round) {
        make_changes(dice.below(5), dice.chance(50) ? synced : buffered);
        if (dice.chance(20)) must(store.flush());
        const StoreImage killed(directory());
        check_opens_by_itself(killed, ends.size());
        if (dice.chance(70)) reopen();
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
