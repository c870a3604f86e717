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
    BOOST_TEST(error_of(list_backups(folder.path() / "backups")).code == ErrorCode::corrupt);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
