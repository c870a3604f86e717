// A damaged write-ahead log: the store is refused with the place, untouched, or opens with exactly what stands before
// the damage where its operator says so.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/history_fixture.hpp"

namespace tokenstore::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(log_damage, HistoryFixture)

// ---- One log, synced ------------------------------------------------------------------------------------------------

/// The last change is synced, and with it all of them.
struct SyncedHistory : HistoryFixture {
    static constexpr std::uint64_t all = 300;

    SyncedHistory() {
        make_changes(all - 1);
        make_changes(1, synced);
    }

    [[nodiscard]] const std::string& log() const { return ends.front().log; }

    /// Where the record of a change begins.
    [[nodiscard]] std::uint64_t begin_of(std::uint64_t change) const { return ends.at(change - 2).offset; }

    /// The store as a killed process left it, and as it was left by an orderly close.
    void for_killed_and_closed(const std::function<void(const StoreImage&)>& check) {
        BOOST_TEST_CONTEXT("killed") { check(StoreImage(directory())); }
        must(store.close());
        BOOST_TEST_CONTEXT("closed") { check(StoreImage(directory())); }
    }

    void check_is_refused_at(const StoreImage& image, std::uint64_t offset) const {
        check_is_refused(image, {log(), "at offset " + std::to_string(offset)});
    }
};

BOOST_FIXTURE_TEST_CASE(a_whole_log_opens_with_all_changes, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) { check_opens_by_itself(image, all); });
}

BOOST_FIXTURE_TEST_CASE(a_flipped_bit_in_the_middle_of_the_log_is_refused, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) {
        image.flip_bit(log(), begin_of(150) + 40);
        check_is_refused_at(image, begin_of(150));
        check_opens_at_a_loss(image, 149);
    });
}

BOOST_FIXTURE_TEST_CASE(a_flipped_length_in_the_log_is_refused, SyncedHistory) {
    for (const unsigned bit : {0U, 7U}) {
        const StoreImage image(directory());
        image.flip_bit(log(), begin_of(200) + 5, bit);
        check_is_refused_at(image, begin_of(200));
        check_opens_at_a_loss(image, 199);
    }
}

BOOST_FIXTURE_TEST_CASE(a_range_of_zeroes_in_the_log_is_refused, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) {
        image.zero(log(), begin_of(100), 200);
        check_is_refused_at(image, begin_of(100));
        check_opens_at_a_loss(image, 99);
    });
}

BOOST_FIXTURE_TEST_CASE(a_flipped_bit_in_the_last_record_is_refused, SyncedHistory) {
    for (const std::uint64_t byte : {0U, 4U, 5U, 6U, 30U}) {
        const StoreImage image(directory());
        image.flip_bit(log(), begin_of(all) + byte);
        check_is_refused_at(image, begin_of(all));
        check_opens_at_a_loss(image, all - 1);
    }
}

BOOST_FIXTURE_TEST_CASE(a_log_cut_between_two_records_is_refused, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) {
        image.cut(log(), begin_of(all));
        check_is_refused_at(image, begin_of(all));
        check_opens_at_a_loss(image, all - 1);
    });
}

BOOST_FIXTURE_TEST_CASE(a_log_cut_within_a_record_that_was_synced_is_refused, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) {
        image.cut(log(), begin_of(250) + 33);
        check_is_refused_at(image, begin_of(250));
        check_opens_at_a_loss(image, 249);
    });
}

BOOST_FIXTURE_TEST_CASE(a_log_that_was_removed_is_refused, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) {
        image.remove(log());
        check_is_refused(image, {std::to_string(std::stoull(log())), "missing"});
        check_opens_at_a_loss(image, 0);
    });
}

BOOST_FIXTURE_TEST_CASE(a_log_that_was_emptied_is_refused, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) {
        image.cut(log(), 0);
        check_is_refused_at(image, 0);
        check_opens_at_a_loss(image, 0);
    });
}

BOOST_AUTO_TEST_CASE(an_older_copy_of_the_log_is_refused) {
    make_changes(100, synced);
    const StoreImage older(directory());
    make_changes(100, synced);
    const StoreImage image(directory());
    const auto log = ends.back().log;
    image.write(log, FolderImage::read_bytes(older.file(log)));
    check_is_refused(image, {log, "at offset " + std::to_string(older.size(log))});
    check_opens_at_a_loss(image, 100);
}

BOOST_AUTO_TEST_CASE(a_log_of_an_earlier_opening_in_place_of_the_log_is_refused) {
    make_changes(100, synced);
    const auto earlier_log = FolderImage::read_bytes(directory() / ends.back().log);
    must(store.flush());
    reopen();
    make_changes(50, synced);
    const StoreImage image(directory());
    image.write(ends.back().log, earlier_log);
    check_is_refused(image, {ends.back().log, "offset"});
    check_opens_at_a_loss(image, 100);
}

// ---- The mark -------------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_store_without_its_mark_is_refused, SyncedHistory) {
    for_killed_and_closed([&](const StoreImage& image) {
        image.remove(storage::high_water_file_name);
        check_is_refused(image, {storage::high_water_file_name});
        check_opens_at_a_loss(image, all);
    });
}

BOOST_FIXTURE_TEST_CASE(a_store_whose_mark_is_garbled_is_refused, SyncedHistory) {
    for (const auto* const content : {"", "nonsense"}) {
        const StoreImage image(directory());
        image.write(storage::high_water_file_name, content);
        check_is_refused(image, {storage::high_water_file_name});
        check_opens_at_a_loss(image, all);
    }
    const StoreImage image(directory());
    for (const std::uint64_t slot : {0U, 512U}) image.flip_bit(storage::high_water_file_name, slot + 20);
    check_is_refused(image, {storage::high_water_file_name});
    check_opens_at_a_loss(image, all);
}

// It proves less, and what it does not prove the log's own notes may.
BOOST_AUTO_TEST_CASE(an_older_copy_of_the_mark_is_no_damage_and_hides_little) {
    make_changes(50, synced);
    const StoreImage older(directory());
    make_changes(50, synced);
    const auto older_mark = FolderImage::read_bytes(older.file(storage::high_water_file_name));
    const auto log = ends.back().log;
    {
        const StoreImage image(directory());
        image.write(storage::high_water_file_name, older_mark);
        check_opens_by_itself(image, 100);
    }
    {
        const StoreImage image(directory());
        image.write(storage::high_water_file_name, older_mark);
        image.zero(log, ends.at(79).offset, 50);
        check_is_refused(image, {log, "at offset " + std::to_string(ends.at(79).offset)});
    }
}

// ---- Several logs ---------------------------------------------------------------------------------------------------
BOOST_FIXTURE_TEST_CASE(several_whole_logs_open_with_all_changes, SeveralLogs) {
    check_opens_by_itself(StoreImage(left->directory()), ends.size());
}

BOOST_FIXTURE_TEST_CASE(damage_in_an_older_log_is_refused_though_nothing_was_synced, SeveralLogs) {
    for (const auto& log : {logs()[0], logs()[1]}) {
        BOOST_TEST_CONTEXT(log << ", the last one is " << logs().back()) {
            const auto check = [&](std::uint64_t place, const auto& damage) {
                const StoreImage image(left->directory());
                damage(image);
                check_is_refused_and_opens_at_a_loss(image, changes_before(log, place), {"offset"});
            };
            const auto size = left->size(log);
            check(size / 2, [&](const StoreImage& image) { image.flip_bit(log, size / 2); });
            check(3, [&](const StoreImage& image) { image.flip_bit(log, 3); });
            check(size / 2, [&](const StoreImage& image) { image.zero(log, size / 2, 200); });
            check(size / 2, [&](const StoreImage& image) { image.cut(log, size / 2); });
            check(size - 5, [&](const StoreImage& image) { image.cut(log, size - 5); });
            check(0, [&](const StoreImage& image) { image.cut(log, 0); });
        }
    }
}

BOOST_FIXTURE_TEST_CASE(an_older_log_that_was_removed_is_refused, SeveralLogs) {
    const StoreImage without_first(left->directory());
    without_first.remove(logs()[0]);
    check_is_refused_and_opens_at_a_loss(without_first, changes_before(logs()[0], 0),
                                         {std::to_string(std::stoull(logs()[0])), "missing"});
    const StoreImage without_second(left->directory());
    without_second.remove(logs()[1]);
    check_is_refused_and_opens_at_a_loss(without_second, changes_before(logs()[1], 0), {logs()[2], "at offset 0"});
}

BOOST_FIXTURE_TEST_CASE(an_older_copy_of_an_older_log_is_refused, SeveralLogs) {
    const auto middle = logs()[1];
    const auto end = *std::find_if(ends.begin(), ends.end(), [&](const End& at) { return at.log == middle; });
    const StoreImage image(left->directory());
    image.cut(middle, end.offset);
    check_is_refused_and_opens_at_a_loss(image, changes_before(middle, end.offset), {logs()[2], "at offset 0"});
}

BOOST_FIXTURE_TEST_CASE(another_log_in_place_of_an_older_one_is_refused, SeveralLogs) {
    const StoreImage image(left->directory());
    image.write(logs()[1], FolderImage::read_bytes(image.file(logs()[0])));
    check_is_refused_and_opens_at_a_loss(image, changes_before(logs()[1], 0), {logs()[1], "at offset 0"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
