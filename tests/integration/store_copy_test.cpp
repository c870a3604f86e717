// Copies of a store beside its owner: what they carry over, and what proves them.
#include <cstdint>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include <tokenstore/store_copy.hpp>

#include "integration/log_syncs.hpp"
#include "integration/store_image.hpp"
#include "support/folder_image.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

struct StoreCopyFixture : StoreFixture {
    [[nodiscard]] fs::path copy() const { return folder.path() / "copy"; }

    CopySummary checkpoint() const { return must(checkpoint_store(directory(), copy())); }

    [[nodiscard]] TokenStore open_copy() const { return must(TokenStore::open(copy(), options)); }

    [[nodiscard]] static fs::path newest_log(const fs::path& store) {
        fs::path newest;
        for (const auto& entry : fs::directory_iterator(store)) {
            if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
        }
        return newest;
    }
};

BOOST_FIXTURE_TEST_SUITE(store_copy, StoreCopyFixture)

BOOST_AUTO_TEST_CASE(a_copy_holds_what_was_acknowledged_in_table_files_and_in_the_log) {
    for (std::uint64_t number = 1; number <= 50; ++number) create(number, {.user = number, .family = number});
    flush_and_compact();
    rotate(1, 101);
    revoke(2);
    revoke_family(3);
    revoke_user(4);
    const auto summary = checkpoint();
    BOOST_TEST(summary.sequence > 0U);
    BOOST_TEST(summary.shared_bytes > 0U);
    rotate(5, 105);  // behind the copy
    const auto opened = open_copy();
    for (std::uint64_t number = 1; number <= 50; ++number) {
        BOOST_TEST(must(opened.get_valid_by_hash(make_hash(number))).has_value() == (number > 4));
    }
    BOOST_TEST(must(opened.get_valid_by_hash(make_hash(101))).has_value());
    BOOST_TEST(!must(opened.get_by_hash(make_hash(105))).has_value());
}

// The window between the owner's mark and the log that was read must not make answered rotations look unanswered.
BOOST_AUTO_TEST_CASE(a_replay_of_what_was_rotated_before_the_copy_is_reuse_in_it) {
    create(1);
    must(store.rotate_token(make_hash(1), successor(2)));
    checkpoint();
    auto opened = open_copy();
    const auto replay = must(opened.rotate_token(make_hash(1), successor(3)));
    BOOST_TEST((replay.outcome == RotateOutcome::reuse_detected));
}

BOOST_AUTO_TEST_CASE(a_rotation_in_doubt_is_in_doubt_in_the_copy_too) {
    create(1);
    {
        const FailingLogSyncs failing;
        const auto failed = error_of(store.rotate_token(make_hash(1), successor(2)));
        BOOST_TEST(failed.write == WriteState::indeterminate);
    }
    checkpoint();
    auto opened = open_copy();
    const auto retry = must(opened.rotate_token(make_hash(1), successor(3)));
    BOOST_TEST((retry.outcome == RotateOutcome::rotated));
}

BOOST_AUTO_TEST_CASE(a_copy_that_lost_the_end_of_its_log_is_refused) {
    create(1);
    must(store.flush());
    must(store.revoke_token(make_hash(1)));
    checkpoint();
    const auto log = newest_log(copy());
    fs::resize_file(log, fs::file_size(log) - 1);
    BOOST_TEST(error_of(TokenStore::open(copy(), options)).code == ErrorCode::log_damaged);
}

BOOST_AUTO_TEST_CASE(a_damaged_store_is_not_copied) {
    create(1);
    must(store.flush());
    must(store.revoke_token(make_hash(1)));
    const StoreImage image(directory());
    const auto log = image.logs().back();
    image.flip_bit(log, image.size(log) / 2);
    BOOST_TEST(error_of(checkpoint_store(image.directory(), copy())).code == ErrorCode::log_damaged);
    BOOST_TEST(error_of(make_backup(image.directory(), folder.path() / "backups")).code == ErrorCode::log_damaged);
    BOOST_TEST(!fs::exists(copy()));
    BOOST_TEST(fs::is_empty(folder.path() / "backups"));
}

BOOST_AUTO_TEST_CASE(what_is_no_store_or_no_backup_is_said_so) {
    const auto nowhere = folder.path() / "nowhere";
    BOOST_TEST(error_of(checkpoint_store(nowhere, copy())).code == ErrorCode::store_missing);
    BOOST_TEST(error_of(list_backups(nowhere)).code == ErrorCode::store_missing);
    BOOST_TEST(error_of(check_backup(directory())).code == ErrorCode::not_a_store);
    BOOST_TEST(error_of(restore_backup(directory(), copy())).code == ErrorCode::not_a_store);
    BOOST_TEST(error_of(checkpoint_store(directory(), directory())).code == ErrorCode::already_exists);
}

BOOST_AUTO_TEST_CASE(a_backup_whose_list_was_changed_is_refused) {
    create(1);
    const auto backup = must(make_backup(directory(), folder.path() / "backups"));
    auto list = FolderImage::read_bytes(backup.directory / "BACKUP");
    list[list.size() / 2] = static_cast<char>(list[list.size() / 2] ^ 1);
    std::ofstream(backup.directory / "BACKUP", std::ios::binary) << list;
    BOOST_TEST(error_of(check_backup(backup.directory)).code == ErrorCode::corrupt);
    const auto good = must(make_backup(directory(), folder.path() / "backups"));
    const auto listed = must(list_backups(folder.path() / "backups"));
    BOOST_REQUIRE(listed.size() == 2U);
    BOOST_TEST(error_of(listed[0].backup).code == ErrorCode::corrupt);
    BOOST_TEST(must(Result<Backup>(listed[1].backup)).directory == good.directory);
    BOOST_TEST(error_of(restore_backup(backup.directory, copy())).code == ErrorCode::corrupt);
    BOOST_TEST(!fs::exists(copy()));
}

BOOST_AUTO_TEST_CASE(a_backup_that_lacks_a_file_names_it) {
    create(1);
    const auto backup = must(make_backup(directory(), folder.path() / "backups"));
    fs::remove(backup.directory / "IN_DOUBT");
    const auto error = error_of(restore_backup(backup.directory, copy()));
    BOOST_TEST(error.code == ErrorCode::corrupt);
    BOOST_TEST(error.message == "the backup lacks its file IN_DOUBT");
    BOOST_TEST(!fs::exists(copy()));
}

BOOST_AUTO_TEST_CASE(a_store_is_copied_right_after_a_flush_too_when_its_log_is_empty) {
    create(1);
    flush_and_compact();
    checkpoint();
    BOOST_TEST(must(open_copy().get_valid_by_hash(make_hash(1))).has_value());
}

// Damage that is copied would push the good backups out.
BOOST_AUTO_TEST_CASE(a_store_with_a_damaged_table_file_is_not_backed_up) {
    for (std::uint64_t number = 1; number <= 50; ++number) create(number);
    flush_and_compact();
    const StoreImage image(directory());
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(image.directory())) {
        if (entry.path().extension() != ".sst") continue;
        if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    image.flip_bit(largest.filename(), 100);
    const auto error = error_of(make_backup(image.directory(), folder.path() / "backups"));
    BOOST_TEST(error.code == ErrorCode::corrupt);
    BOOST_TEST(error.message.find("not backed up") != std::string::npos, error.message);
    BOOST_TEST(fs::is_empty(folder.path() / "backups"));
}

BOOST_AUTO_TEST_CASE(what_a_killed_process_left_is_used_up_by_the_next_copy) {
    create(1);
    for (const auto& left : {folder.path() / "copy.making", folder.path() / "backups" / "000001.making",
                             folder.path() / "restored.making"}) {
        fs::create_directories(left / "copy");
        std::ofstream(left / "copy" / "000099.sst") << "half of a table file";
    }
    checkpoint();
    const auto backup = must(make_backup(directory(), folder.path() / "backups"));
    must(restore_backup(backup.directory, folder.path() / "restored"));
    for (const auto& whole : {copy(), backup.directory, folder.path() / "restored"}) {
        BOOST_TEST(!fs::exists(whole / "000099.sst"));
        BOOST_TEST(!fs::exists(whole.string() + ".making"));
    }
}

BOOST_AUTO_TEST_CASE(two_at_once_do_not_make_the_same_copy) {
    create(1);
    int attempts = 0;
    const auto second = [&](std::uint64_t, std::uint64_t) {
        ++attempts;
        BOOST_TEST(error_of(checkpoint_store(directory(), copy())).code == ErrorCode::busy);
        return true;
    };
    must(store.flush());
    flush_and_compact();
    must(checkpoint_store(directory(), copy(), second));
    BOOST_TEST(attempts > 0);
}

BOOST_AUTO_TEST_CASE(what_somebody_else_keeps_under_the_name_of_a_copy_in_the_making_is_left_alone) {
    create(1);
    fs::create_directories(folder.path() / "copy.making" / "somebody's");
    checkpoint();
    BOOST_TEST(fs::exists(folder.path() / "copy.making" / "somebody's"));
    BOOST_TEST(!fs::exists(folder.path() / "copy.making" / "copy"));
}

BOOST_AUTO_TEST_CASE(a_copy_that_is_stopped_leaves_nothing) {
    create(1);
    flush_and_compact();
    const auto backups = folder.path() / "backups";
    const auto backup = must(make_backup(directory(), backups));
    create(2);
    flush_and_compact();
    const CopyWatch stop = [](std::uint64_t, std::uint64_t) { return false; };
    BOOST_TEST(error_of(checkpoint_store(directory(), copy(), stop)).code == ErrorCode::stopped);
    BOOST_TEST(error_of(make_backup(directory(), backups, system_clock(), stop)).code == ErrorCode::stopped);
    BOOST_TEST(error_of(check_backup(backup.directory, stop)).code == ErrorCode::stopped);
    BOOST_TEST(error_of(restore_backup(backup.directory, copy(), stop)).code == ErrorCode::stopped);
    const BeforePlacing decline = [](const fs::path&, const Backup&) { return false; };
    BOOST_TEST(error_of(restore_backup(backup.directory, copy(), {}, decline)).code == ErrorCode::stopped);
    BOOST_TEST(!fs::exists(copy()));
    BOOST_TEST(!fs::exists(copy().string() + ".making"));
    BOOST_TEST(must(list_backups(backups)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_watch_hears_of_all_bytes) {
    create(1);
    flush_and_compact();
    std::uint64_t heard_bytes = 0;
    std::uint64_t of_bytes = 0;
    const auto backup = must(make_backup(directory(), folder.path() / "backups"));
    must(check_backup(backup.directory, [&](std::uint64_t done_bytes, std::uint64_t total_bytes) {
        heard_bytes = done_bytes;
        of_bytes = total_bytes;
        return true;
    }));
    BOOST_TEST(heard_bytes == of_bytes);
    BOOST_TEST(heard_bytes == backup.copy.bytes);
}

// The fence of a restore is part of it: nobody ever sees the store without it.
BOOST_AUTO_TEST_CASE(what_changes_a_restored_store_before_it_is_placed_is_in_it) {
    create(1);
    const auto backup = must(make_backup(directory(), folder.path() / "backups"));
    must(restore_backup(backup.directory, copy(), {}, [&](const fs::path& made, const Backup& found) {
        BOOST_TEST(found.made_at_us == backup.made_at_us);
        BOOST_TEST(!fs::exists(copy()));
        auto opened = must(TokenStore::open(made, options));
        must(opened.revoke_token(make_hash(1)));
        must(opened.close());
        return true;
    }));
    BOOST_TEST(!must(open_copy().get_valid_by_hash(make_hash(1))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
