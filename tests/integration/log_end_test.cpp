// What a log may lack without being damaged: the torn record of a process that was killed, and what was not synced when
// the power failed. Such a store opens by itself, with no change that lacks one made before it.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/history_fixture.hpp"

namespace tokenstore::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(log_end, HistoryFixture)

// ---- What the end of a process leaves -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_last_record_torn_by_the_end_of_its_process_is_left_out_quietly) {
    make_changes(20, synced);
    make_changes(20);
    const auto [log, size] = ends.back();
    const auto begin = ends.at(38).offset;
    for (const auto bytes : {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{8}, size - begin - 1}) {
        BOOST_TEST_CONTEXT("the first " << bytes << " bytes of the last record") {
            const StoreImage image(directory());
            image.cut(log, begin + bytes);
            BOOST_TEST(must(must(StoreReader::open(image.directory())).get_by_hash(make_hash(38), clock.wall_us()))
                           .has_value());
            check_opens_by_itself(image, 39);
        }
    }
}

// As left by a full disk: the record that found no room is torn, and while there is room again the engine flushes one
// column family after the other, beginning with a new log.
BOOST_AUTO_TEST_CASE(a_torn_record_may_stand_in_a_log_that_table_files_are_ahead_of) {
    make_changes(20);
    clock.advance_us(day_us);
    must(store.maintain());  // flushes all column families but that of the store's own numbers
    const StoreImage image(directory());
    const auto log = ends.back().log;
    BOOST_TEST(image.logs().back() != log);
    image.write(log, FolderImage::read_bytes(image.file(log)) + "torn");
    check_opens_by_itself(image, 20);
}

BOOST_AUTO_TEST_CASE(within_one_boot_a_log_with_damage_that_no_process_leaves_is_refused) {
    make_changes(40);  // none of them synced
    const auto [log, size] = ends.back();
    const auto check = [&](std::uint64_t changes, const auto& damage) {
        const StoreImage image(directory());
        damage(image);
        check_is_refused(image, {log, "at offset " + std::to_string(ends.at(changes - 1).offset)});
        check_opens_at_a_loss(image, changes);
    };
    const auto end_of_log = size;
    check(19, [&](const StoreImage& image) { image.flip_bit(log, ends.at(19).offset - 3); });
    check(19, [&](const StoreImage& image) { image.zero(log, ends.at(18).offset, 200); });
    check(39, [&](const StoreImage& image) { image.flip_bit(log, end_of_log - 3); });
    check(39, [&](const StoreImage& image) { image.zero(log, ends.at(38).offset, 200); });
    check(40, [&](const StoreImage& image) {
        image.write(log, FolderImage::read_bytes(image.file(log)) + std::string(100, '\0'));
    });
}

// ---- What a power failure leaves ------------------------------------------------------------------------------------

/// Changes that were synced, and others behind them that were not; then the power fails.
struct PowerFailure : HistoryFixture {
    static constexpr std::uint64_t certain = 50;
    static constexpr std::uint64_t all = 100;

    PowerFailure() {
        make_changes(certain, synced);
        make_changes(all - certain);
        log = ends.back().log;
        other_boot.emplace(after_power_failure());
    }

    [[nodiscard]] std::uint64_t begin_of(std::uint64_t change) const { return ends.at(change - 2).offset; }

    std::string log;
    std::optional<storage::HostOverride> other_boot;
};

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_a_whole_log_opens_with_all_changes, PowerFailure) {
    check_opens_by_itself(StoreImage(directory()), all);
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_unsynced_changes_may_be_missing, PowerFailure) {
    for (const std::uint64_t kept : {certain, certain + 1, all - 1}) {
        const StoreImage image(directory());
        image.cut(log, ends.at(kept - 1).offset);
        check_opens_by_itself(image, kept);
    }
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_an_unsynced_change_may_be_torn, PowerFailure) {
    for (const std::uint64_t bytes : {1U, 6U, 7U, 8U, 100U}) {
        const StoreImage image(directory());
        image.cut(log, begin_of(80) + bytes);
        check_opens_by_itself(image, 79);
    }
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_the_unsynced_end_may_be_zeroes_or_garbage, PowerFailure) {
    for (const bool zeroes : {true, false}) {
        const StoreImage image(directory());
        const auto length = image.size(log) - begin_of(70) - 20;
        if (zeroes) {
            image.zero(log, begin_of(70) + 20, length);
        } else {
            const auto bytes = FolderImage::read_bytes(image.file(log)).substr(0, begin_of(70) + 20);
            image.write(log, bytes + std::string(length, 'g'));
        }
        check_opens_by_itself(image, 69);
    }
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_nothing_behind_a_hole_is_replayed, PowerFailure) {
    for (const std::uint64_t length : {30U, 200U, 1'000U}) {
        const StoreImage image(directory());
        image.zero(log, begin_of(60), length);
        check_opens(image, 59, OnLogDamage::refuse, Loses::nothing);
    }
    for (const std::uint64_t byte : {2U, 5U, 50U}) {
        const StoreImage image(directory());
        image.flip_bit(log, begin_of(60) + byte);
        check_opens(image, 59, OnLogDamage::refuse, Loses::nothing);
    }
    const StoreImage image(directory());
    auto bytes = FolderImage::read_bytes(image.file(log));
    image.write(log, bytes.erase(begin_of(60), begin_of(61) - begin_of(60)));  // a gap in the numbers alone
    check_opens(image, 59, OnLogDamage::refuse, Loses::nothing);
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_no_synced_change_may_be_missing, PowerFailure) {
    const auto check = [&](std::uint64_t changes, const auto& damage) {
        const StoreImage image(directory());
        damage(image);
        check_is_refused(image, {log, "at offset " + std::to_string(changes == 0 ? 0 : ends.at(changes - 1).offset)});
        check_opens_at_a_loss(image, changes);
    };
    check(certain - 1, [&](const StoreImage& image) { image.cut(log, begin_of(certain)); });
    check(certain - 1, [&](const StoreImage& image) { image.cut(log, begin_of(certain) + 10); });
    check(certain - 1, [&](const StoreImage& image) { image.flip_bit(log, begin_of(certain) + 10); });
    check(certain - 1, [&](const StoreImage& image) { image.zero(log, begin_of(certain), 400); });
    check(20, [&](const StoreImage& image) { image.zero(log, begin_of(21), 30); });
    check(0, [&](const StoreImage& image) { image.cut(log, 0); });
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_a_synced_change_behind_a_hole_shows_that_it_is_damage, PowerFailure) {
    make_changes(1, synced);
    make_changes(1);
    // The mark never reached the disk: the note of a later change tells as much.
    const StoreImage image(directory());
    const auto older = must(storage::read_high_water(storage::current_host(), directory())).value();
    auto mark = older;
    mark.synced = {0, 0};
    image.write(storage::high_water_file_name, codec::encode_high_water_file(mark));
    image.zero(log, begin_of(70), 30);
    check_is_refused(image, {log, "at offset " + std::to_string(begin_of(70))});
    check_opens_at_a_loss(image, 69);
}

BOOST_FIXTURE_TEST_CASE(where_the_system_does_not_tell_its_boots_apart_an_unsynced_end_may_be_missing, PowerFailure) {
    other_boot.reset();
    auto host = storage::current_host();
    host.boot.reset();
    const storage::HostOverride nameless(host);
    const StoreImage image(directory());
    image.zero(log, begin_of(60), 30);
    check_opens(image, 59, OnLogDamage::refuse, Loses::nothing);
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_the_last_of_several_logs_may_lack_what_was_not_synced, SeveralLogs) {
    const storage::HostOverride other_boot(after_power_failure());
    const auto log = logs().back();
    const auto check = [&](const auto& damage) {
        const StoreImage image(left->directory());
        damage(image);
        check_opens(image, changes_before(log, 0), OnLogDamage::refuse, Loses::nothing);
    };
    check([&](const StoreImage& image) { image.flip_bit(log, 3); });
    check([&](const StoreImage& image) { image.zero(log, 0, 50); });
    check([&](const StoreImage& image) { image.cut(log, 20); });
    check([&](const StoreImage& image) { image.cut(log, 0); });
}

BOOST_FIXTURE_TEST_CASE(after_a_power_failure_an_older_log_has_to_be_whole_where_table_files_are_ahead_of_it,
                        SeveralLogs) {
    const storage::HostOverride other_boot(after_power_failure());
    const auto log = logs()[0];
    const auto size = left->size(log);
    // No write was synced, but the engine had synced the log before it took note of a flush.
    const auto check = [&](const auto& damage) {
        const StoreImage image(left->directory());
        damage(image);
        check_is_refused(image, {"offset"});
    };
    check([&](const StoreImage& image) { image.flip_bit(log, size / 2); });
    check([&](const StoreImage& image) { image.flip_bit(log, 3); });
    check([&](const StoreImage& image) { image.zero(log, size / 2, 200); });
    check([&](const StoreImage& image) { image.cut(log, size / 2); });
    check([&](const StoreImage& image) { image.cut(log, 0); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
