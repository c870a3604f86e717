// Any damage to the log of any store: where the store opens, it holds a part of its history from the beginning on, with
// everything in it that was synced. TOKENSTORE_LOG_HUNT_STORES makes the hunt longer.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/history_fixture.hpp"
#include "support/dice.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

/// A store with some past: changes, flushes of all or of some column families, openings.
struct RandomHistory : HistoryFixture {
    explicit RandomHistory(Dice& dice) {
        for (auto steps = 2 + dice.below(6); steps > 0; --steps) {
            const auto kind = dice.below(10);
            if (kind < 6) {
                const auto durability = dice.chance(40) ? synced : buffered;
                make_changes(1 + dice.below(15), durability);
                if (durability == synced) certain = ends.size();
            } else if (kind == 6) {
                // Flushes all column families but that of the store's own numbers, which goes on needing an older log.
                clock.advance_us(day_us);
                must(store.maintain());
            } else if (kind == 7) {
                must(store.compact());
            } else if (kind == 8) {
                must(store.flush());
                certain = ends.size();
            } else {
                reopen();
                certain = ends.size();
            }
            if (dice.chance(30)) older = std::make_unique<StoreImage>(directory());
        }
    }

    std::uint64_t certain = 0;  // so many changes were synced for certain
    std::unique_ptr<StoreImage> older;
};

enum class Kind { none, flip, zero, cut, remove, lengthen, replace, older_mark };

constexpr std::string_view name_of(Kind kind) {
    constexpr std::array<std::string_view, 8> names{"none",   "flip",     "zero",    "cut",
                                                    "remove", "lengthen", "replace", "older_mark"};
    return names.at(static_cast<std::size_t>(kind));
}

struct Damage {
    Kind kind = Kind::none;
    std::string text;  // as a finding tells it
    bool changes_bytes = false;
    bool is_in_last_log = false;
};

Damage damage_at_random(const StoreImage& image, const StoreImage* older, Dice& dice) {
    const auto logs = image.logs();
    Damage damage;
    damage.kind = static_cast<Kind>(dice.below(8));
    const auto& log = dice.one_of(logs);
    damage.is_in_last_log = log == logs.back();
    const auto size = image.size(log);
    const auto before = FolderImage::read_bytes(image.file(log));
    const auto place = size > 0 ? dice.below(size) : 0;
    damage.text = std::string(name_of(damage.kind)) + " in " + log + " of " + std::to_string(size) + " bytes at " +
                  std::to_string(place);
    switch (damage.kind) {
        case Kind::none:
            return damage;
        case Kind::flip:
            if (size > 0) image.flip_bit(log, place, static_cast<unsigned>(dice.below(8)));
            break;
        case Kind::zero:
            if (size > 0) image.zero(log, place, std::min(size - place, 1 + dice.below(400)));
            break;
        case Kind::cut:
            image.cut(log, place);
            break;
        case Kind::remove:
            image.remove(log);
            damage.changes_bytes = true;
            return damage;
        case Kind::lengthen:
            image.write(log, before + std::string(1 + dice.below(50), dice.chance(50) ? '\0' : 'x'));
            break;
        case Kind::replace:
            image.write(log, FolderImage::read_bytes(image.file(dice.one_of(logs))));
            break;
        case Kind::older_mark:
            if (older == nullptr) return damage;
            image.write(storage::high_water_file_name,
                        FolderImage::read_bytes(older->file(storage::high_water_file_name)));
            return damage;
    }
    damage.changes_bytes = FolderImage::read_bytes(image.file(log)) != before;
    return damage;
}

BOOST_AUTO_TEST_SUITE(log_hunt)

BOOST_AUTO_TEST_CASE(whatever_is_done_to_a_log_no_change_is_there_without_those_before_it) {
    const auto stores = test_number("TOKENSTORE_LOG_HUNT_STORES", 8);
    constexpr std::uint64_t damages_each = 8;
    Dice dice(test_seed());
    std::vector<std::string> findings;
    std::uint64_t refused = 0;
    for (std::uint64_t number = 0; number < stores; ++number) {
        RandomHistory history(dice);
        const auto all = history.ends.size();
        const StoreImage left(history.directory());
        for (std::uint64_t i = 0; i < damages_each; ++i) {
            const StoreImage image(left.directory());
            const bool same_boot = dice.chance(50);
            const auto damage = damage_at_random(image, history.older.get(), dice);
            const auto find = [&](const std::string& what) {
                findings.push_back("store " + std::to_string(number) + ", " + damage.text +
                                   (same_boot ? ", same boot: " : ", another boot: ") + what);
            };
            std::optional<storage::HostOverride> other_boot;
            if (!same_boot) other_boot.emplace(after_power_failure());
            auto opened = history.open(image);
            if (!opened) {
                ++refused;
                if (opened.error().code != ErrorCode::log_damaged) find(opened.error().to_string());
                if (!damage.changes_bytes) find("refused though whole: " + opened.error().to_string());
                opened = history.open(image, OnLogDamage::lose_what_follows);
                if (!opened) {
                    find("does not open at a loss: " + opened.error().to_string());
                    continue;
                }
            } else {
                std::uint64_t held = 0;
                while (held < all && HistoryFixture::holds(*opened, held + 1)) ++held;
                for (auto later = held + 1; later <= all; ++later) {
                    if (HistoryFixture::holds(*opened, later)) {
                        find("change " + std::to_string(later) + " is there, and " + std::to_string(held + 1) +
                             " is not");
                        break;
                    }
                }
                if (held < history.certain) {
                    find(std::to_string(held) + " changes, " + std::to_string(history.certain) + " were synced");
                }
                // Within one boot the end of a log is lost by a cut alone, or by a flip that looks like one.
                const bool may_lose = damage.kind == Kind::cut || damage.kind == Kind::remove ||
                                      damage.kind == Kind::replace || damage.kind == Kind::flip;
                if (same_boot && held < all && !may_lose) find("lost " + std::to_string(all - held) + " changes");
                if (same_boot && held + 1 < all && damage.kind == Kind::flip) find("a flip lost several changes");
                if (!damage.changes_bytes && held < all) find("whole, and holds " + std::to_string(held));
            }
            must(opened->create_token(history.new_token(9'001, {.user = 9'001, .family = 9'001})));
            must(opened->close());
            auto again = history.open(image);
            if (!again) {
                find("does not open again: " + again.error().to_string());
            } else if (!must(again->get_valid_by_hash(make_hash(9'001)))) {
                find("lost a change made after it was opened");
            }
        }
    }
    std::cout << stores << " stores, " << stores * damages_each << " damages, " << refused << " refused, "
              << findings.size() << " violations" << std::endl;
    for (const auto& finding : findings) BOOST_ERROR(finding);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
