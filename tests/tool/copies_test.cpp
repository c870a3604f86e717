// tokenstore checkpoint, backup, backups, restore: copies of a live store, and what a restore brings back to life.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "support/folder_image.hpp"
#include "tool/expected_output.hpp"
#include "tool/small_store.hpp"
#include "tool/writer_beside.hpp"

namespace tokenstore::tool::test {
namespace {

namespace fs = std::filesystem;
using namespace tokenstore::test;

struct CopyFixture : SmallStore {
    CopyFixture() {
        TokenStore owner = opened();
        must(owner.flush());
        must(owner.close());
    }

    [[nodiscard]] std::string backups() const { return (folder() / "backups").string(); }
    [[nodiscard]] std::string backup_number(const std::string& name) const {
        return (folder() / "backups" / name).string();
    }
    [[nodiscard]] fs::path copy() const { return folder() / "copy"; }

    void back_up() const {
        const Finished backup = tool({"backup", store().string(), backups()});
        BOOST_REQUIRE_MESSAGE(backup.exit_code == 0, backup.errors);
    }

    /// After a backup: 4 is rotated, the family of 5 ends, 7 is removed with all that belongs to it.
    void live_on() const {
        TokenStore owner = opened();
        Successor next = make_successor(8);
        next.expires_at_us = now_us + day_us;
        must(owner.rotate_token(make_hash(4), next));
        must(owner.revoke_family(make_family_id(5)));
        must(owner.close());
        PlainDatabase database(store());
        database.remove("tokens", key_of(7));
    }

    [[nodiscard]] static bool is_sound(const fs::path& store) {
        const Finished verify = tool({"verify", store.string(), "--full"});
        BOOST_TEST(verify.exit_code == 0, verify.output << verify.errors);
        return verify.exit_code == 0;
    }

    [[nodiscard]] static std::string key_of(std::uint64_t number) {
        const TokenHash hash = make_hash(number);
        return {hash.bytes.begin(), hash.bytes.end()};
    }

    void import_expired_token_of_its_own_user(std::uint64_t number) const {
        Token expired = token(number);
        expired.user_id = make_user_id(number);
        expired.expires_at_us = now_us - hour_us;
        TokenStore owner = opened();
        BOOST_REQUIRE(must(owner.import_tokens({&expired, 1})).at(0).outcome == ImportOutcome::stored);
        must(owner.close());
    }

    void check_is_revoked_in_copy(std::uint64_t number) const {
        const Finished get = tool({"get", copy().string(), "--hash", to_hex(make_hash(number))});
        BOOST_TEST(get.output.find("\"state\":\"revoked\"") != std::string::npos, get.output);
    }

    /// Table files are shared with the store where that can be, and are as it has them.
    static void check_is_private(const fs::path& copy) {
        BOOST_TEST((fs::status(copy).permissions() == fs::perms::owner_all), copy);
        for (const fs::directory_entry& entry : fs::directory_iterator(copy)) {
            if (entry.path().extension() == ".sst") continue;
            BOOST_TEST((entry.status().permissions() == (fs::perms::owner_read | fs::perms::owner_write)),
                       entry.path().filename());
        }
    }

    [[nodiscard]] bool is_valid(const fs::path& store, std::uint64_t number) const {
        Options options = keeping_everything();
        options.create_if_missing = false;
        const TokenStore owner = must(TokenStore::open(store, options));
        return must(owner.get_valid_by_hash(make_hash(number))).has_value();
    }
};

BOOST_FIXTURE_TEST_SUITE(copies, CopyFixture)

BOOST_AUTO_TEST_CASE(files_of_every_copy_can_be_read_by_their_owner_alone) {
    BOOST_REQUIRE(tool({"checkpoint", store().string(), copy().string()}).exit_code == 0);
    check_is_private(copy());
    back_up();
    check_is_private(backup_number("000001"));
    const fs::path restored = folder() / "restored";
    BOOST_REQUIRE(tool({"restore", backup_number("000001"), restored.string(), "--fence", "none"}).exit_code == 0);
    check_is_private(restored);
}

// ---- Checkpoints ----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(checkpoint_is_a_store_with_the_same_tokens_and_leaves_the_source_alone) {
    const FolderImage before(store());
    const Finished checkpoint = tool({"checkpoint", store().string(), copy().string()});
    BOOST_TEST(checkpoint.exit_code == 0, checkpoint.errors);
    check_output(settled(checkpoint.output), "checkpoint.jsonl");
    BOOST_TEST(FolderImage(store()) == before);
    BOOST_TEST(dump(copy(), "jsonl") == dump(store(), "jsonl"));
    BOOST_TEST(is_sound(copy()));
    BOOST_TEST(is_valid(copy(), 7));
    BOOST_TEST(is_valid(store(), 7));
}

BOOST_AUTO_TEST_CASE(checkpoint_of_a_store_that_is_being_written_is_sound_and_goes_its_own_way) {
    TokenStore owner = opened();
    {
        const WriterBeside writer(owner);
        for (int round = 0; round < 5; ++round) {
            const fs::path to = folder() / ("copy" + std::to_string(round));
            const Finished checkpoint = tool({"checkpoint", store().string(), to.string()});
            BOOST_TEST(checkpoint.exit_code == 0, checkpoint.errors);
            BOOST_TEST(is_sound(to));
            BOOST_TEST(is_valid(to, 7));
        }
        BOOST_TEST(!writer.failed());
    }
    must(owner.revoke_token(make_hash(7)));
    BOOST_TEST(is_valid(folder() / "copy0", 7));
}

BOOST_AUTO_TEST_CASE(checkpoint_onto_something_is_refused_and_leaves_it) {
    fs::create_directory(copy());
    const Finished checkpoint = tool({"checkpoint", store().string(), copy().string()});
    BOOST_TEST(checkpoint.exit_code == 6);
    BOOST_TEST(checkpoint.errors ==
               "tokenstore: already_exists: there is something of that name already (nothing was written; fix the "
               "request, it cannot succeed as it is)\n");
    BOOST_TEST(fs::is_empty(copy()));
}

// ---- Backups --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(second_backup_shares_what_did_not_change_and_each_can_be_removed_by_itself) {
    const Finished first = tool({"backup", store().string(), backups()});
    BOOST_TEST(first.exit_code == 0, first.errors);
    BOOST_TEST(first.output.find("\"shared_bytes\":0}") != std::string::npos);
    {
        TokenStore owner = opened();
        must(owner.revoke_token(make_hash(4)));
        must(owner.close());
    }
    const Finished second = tool({"backup", store().string(), backups()});
    BOOST_TEST(second.exit_code == 0, second.errors);
    BOOST_TEST(second.output.find("\"shared_bytes\":0}") == std::string::npos);
    const Finished listed = tool({"backups", backups(), "--check"});
    BOOST_TEST(listed.exit_code == 0, listed.errors);
    check_output(settled(listed.output), "backups.jsonl");
    fs::remove_all(backup_number("000001"));
    BOOST_TEST(tool({"backups", backups(), "--check"}).exit_code == 0);
    BOOST_TEST(dump(backup_number("000002"), "jsonl") == dump(store(), "jsonl"));
}

BOOST_AUTO_TEST_CASE(backups_of_a_store_that_is_being_written_are_whole_and_sound) {
    TokenStore owner = opened();
    const WriterBeside writer(owner);
    for (int round = 0; round < 4; ++round) back_up();
    BOOST_TEST(tool({"backups", backups(), "--check"}).exit_code == 0);
    for (const char* name : {"000001", "000004"}) BOOST_TEST(is_sound(backup_number(name)));
    BOOST_TEST(!writer.failed());
}

BOOST_AUTO_TEST_CASE(backup_with_a_changed_byte_is_named_and_not_restored) {
    back_up();
    for (const auto& entry : fs::directory_iterator(backup_number("000001"))) {
        if (entry.path().extension() != ".sst") continue;
        std::string bytes = FolderImage::read_bytes(entry.path());
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        write_text(entry.path(), bytes);
        const Finished checked = tool({"backups", backups(), "--check"});
        BOOST_TEST(checked.exit_code == 3);
        BOOST_TEST(checked.output.find("\"whole\":false") != std::string::npos);
        const std::string named = "the file " + entry.path().filename().string() +
                                  " of the backup is not as it was written (nothing was written; a person has to look "
                                  "at it)\n";
        BOOST_TEST(checked.errors == "tokenstore: corrupt: backup 000001: " + named);
        const Finished restore = tool({"restore", backup_number("000001"), copy().string()});
        BOOST_TEST(restore.exit_code == 3);
        BOOST_TEST(restore.errors == "tokenstore: corrupt: " + named);
        BOOST_TEST(!fs::exists(copy()));
        return;
    }
    BOOST_FAIL("the backup has no table file");
}

// ---- Restoring ------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(restore_without_the_lost_store_warns_of_what_nobody_can_tell) {
    back_up();
    const Finished restore = tool({"restore", backup_number("000001"), copy().string()});
    BOOST_TEST(restore.exit_code == 2);
    check_output(settled(restore.output), "restore.jsonl");
    check_output(settled(restore.errors), "restore_warning.txt");
    BOOST_TEST(dump(copy(), "jsonl") == dump(store(), "jsonl"));
    BOOST_TEST(is_valid(copy(), 4));
}

BOOST_AUTO_TEST_CASE(restore_tells_what_comes_back_to_life_and_ends_with_2) {
    back_up();
    live_on();
    const Finished restore =
        tool({"restore", backup_number("000001"), copy().string(), "--compare-with", store().string()});
    BOOST_TEST(restore.exit_code == 2);
    check_output(settled(restore.output), "restore_compared.jsonl");
    BOOST_TEST(restore.errors ==
               "tokenstore: 3 tokens that were consumed, ended or removed since the backup come back to life: see "
               "--fence\n");
    for (const std::uint64_t number : {4U, 5U, 7U}) BOOST_TEST(is_valid(copy(), number));
}

BOOST_AUTO_TEST_CASE(fence_of_all_ends_every_session_and_users_can_log_in_again) {
    back_up();
    live_on();
    const Finished restore = tool({"restore", backup_number("000001"), copy().string(), "--fence", "all"});
    BOOST_TEST(restore.exit_code == 0, restore.errors);
    check_output(settled(restore.output), "restore_fenced.jsonl");
    for (std::uint64_t number = 1; number <= 7; ++number) BOOST_TEST(!is_valid(copy(), number));
    BOOST_TEST(is_sound(copy()));
    TokenStore owner = must(TokenStore::open(copy(), keeping_everything()));
    NewToken login = make_new_token(20);
    login.user_id = make_user_id(1);
    login.family_id = make_family_id(20);
    login.expires_at_us = now_us + day_us;
    must(owner.create_token(login));
    BOOST_TEST(must(owner.get_valid_by_hash(make_hash(20))).has_value());
}

BOOST_AUTO_TEST_CASE(fence_of_what_changed_ends_just_that) {
    {
        TokenStore owner = opened();
        must(owner.import_tokens(std::vector<Token>{token(9)}));
        must(owner.close());
    }
    back_up();
    live_on();
    const Finished restore = tool({"restore", backup_number("000001"), copy().string(), "--compare-with",
                                   store().string(), "--fence", "changed"});
    BOOST_TEST(restore.exit_code == 0, restore.errors);
    check_output(settled(restore.output), "restore_fenced_changed.jsonl");
    for (const std::uint64_t number : {4U, 5U, 7U}) BOOST_TEST(!is_valid(copy(), number));
    BOOST_TEST(is_valid(copy(), 9));
}

// A host whose clock is ahead takes all of them for expired; they come alive once it is set right.
BOOST_AUTO_TEST_CASE(fence_covers_tokens_that_only_the_clock_has_ended) {
    import_expired_token_of_its_own_user(10);
    back_up();
    const Finished restore = tool({"restore", backup_number("000001"), copy().string(), "--fence", "all"});
    BOOST_TEST(restore.exit_code == 0, restore.errors);
    BOOST_TEST(restore.output.find("\"ended_by_fence\":3") != std::string::npos, restore.output);
    check_is_revoked_in_copy(10);
}

BOOST_AUTO_TEST_CASE(fence_of_what_changed_covers_what_a_clock_that_was_ahead_has_reclaimed) {
    import_expired_token_of_its_own_user(10);
    back_up();
    PlainDatabase(store()).remove("tokens", key_of(10));
    const Finished restore = tool({"restore", backup_number("000001"), copy().string(), "--compare-with",
                                   store().string(), "--fence", "changed"});
    BOOST_TEST(restore.exit_code == 0, restore.errors);
    BOOST_TEST(restore.output.find("\"gone_since\":0") != std::string::npos, restore.output);
    check_is_revoked_in_copy(10);
}

BOOST_AUTO_TEST_CASE(restore_of_tokens_that_the_clock_calls_expired_is_to_be_decided_about) {
    {
        TokenStore owner = opened();
        must(owner.revoke_all_user_tokens(make_user_id(1)));
        must(owner.revoke_all_user_tokens(make_user_id(2)));
        must(owner.close());
    }
    import_expired_token_of_its_own_user(10);
    back_up();
    const Finished restore = tool({"restore", backup_number("000001"), copy().string()});
    BOOST_TEST(restore.exit_code == 2);
    BOOST_TEST(restore.errors.find("expired by this host's clock") != std::string::npos, restore.errors);
}

BOOST_AUTO_TEST_CASE(lost_store_that_is_damaged_is_named_and_refused) {
    back_up();
    for (const auto& entry : fs::directory_iterator(store())) {
        if (entry.path().extension() != ".sst") continue;
        std::string bytes = FolderImage::read_bytes(entry.path());
        bytes[100] = static_cast<char>(bytes[100] ^ 1);
        write_text(entry.path(), bytes);
    }
    const Finished restore =
        tool({"restore", backup_number("000001"), copy().string(), "--compare-with", store().string()});
    BOOST_TEST(restore.exit_code == 3);
    BOOST_TEST(restore.errors.find("the store of --compare-with: ") != std::string::npos, restore.errors);
    BOOST_TEST(restore.errors.find("compare with nothing, and fence all") != std::string::npos, restore.errors);
    BOOST_TEST(!fs::exists(copy()));
}

// Half of it was removed, perhaps, or brought over from elsewhere.
BOOST_AUTO_TEST_CASE(backup_does_not_share_with_one_that_lost_files) {
    back_up();
    bool is_first = true;
    for (const auto& entry : fs::directory_iterator(backup_number("000001"))) {
        if (entry.path().extension() != ".sst") continue;
        if (is_first) {
            fs::remove(entry.path());
        } else {
            fs::resize_file(entry.path(), fs::file_size(entry.path()) - 1);
        }
        is_first = false;
    }
    BOOST_REQUIRE(!is_first);
    const Finished second = tool({"backup", store().string(), backups()});
    BOOST_TEST(second.exit_code == 0, second.errors);
    BOOST_TEST(second.output.find("\"shared_bytes\":0}") != std::string::npos, second.output);
    BOOST_TEST(is_sound(backup_number("000002")));
    BOOST_TEST(tool({"backups", backups(), "--check"}).exit_code == 3);
}

BOOST_AUTO_TEST_CASE(restore_that_may_bring_back_what_it_does_ends_with_0_all_the_same) {
    back_up();
    live_on();
    const Finished restore = tool(
        {"restore", backup_number("000001"), copy().string(), "--compare-with", store().string(), "--fence", "none"});
    BOOST_TEST(restore.exit_code == 0);
    BOOST_TEST(!restore.errors.empty());
    BOOST_TEST(is_valid(copy(), 4));
}

BOOST_AUTO_TEST_CASE(dry_run_tells_all_of_it_and_leaves_no_store) {
    back_up();
    live_on();
    const Finished restore =
        tool({"restore", backup_number("000001"), copy().string(), "--compare-with", store().string(), "--dry-run"});
    BOOST_TEST(restore.exit_code == 2);
    check_output(settled(restore.output), "restore_dry_run.jsonl");
    BOOST_TEST(!fs::exists(copy()));
    BOOST_TEST(!fs::exists(copy().string() + ".making"));
}

// What its owner answers from then on would be taken back unseen.
BOOST_AUTO_TEST_CASE(store_that_somebody_holds_is_no_lost_one) {
    back_up();
    const TokenStore owner = opened();
    const Finished restore =
        tool({"restore", backup_number("000001"), copy().string(), "--compare-with", store().string()});
    BOOST_TEST(restore.exit_code == 4);
    BOOST_TEST(restore.errors.find("has it open") != std::string::npos, restore.errors);
    BOOST_TEST(!fs::exists(copy()));
}

BOOST_AUTO_TEST_CASE(bad_backup_hides_no_good_one) {
    back_up();
    back_up();
    back_up();
    write_text(fs::path(backup_number("000002")) / "BACKUP", "not a list");
    fs::create_directory(backup_number("20261124"));
    const Finished listed = tool({"backups", backups()});
    BOOST_TEST(listed.exit_code == 3);
    check_output(settled(listed.output), "backups_with_bad_ones.jsonl");
    check_output(settled(listed.errors), "backups_with_bad_ones.txt");
    const Finished restore = tool({"restore", backup_number("000003"), copy().string(), "--fence", "none"});
    BOOST_TEST(restore.exit_code == 0, restore.errors);
}

BOOST_AUTO_TEST_CASE(restore_onto_a_store_is_refused_and_leaves_it) {
    back_up();
    const FolderImage before(store());
    const Finished restore = tool({"restore", backup_number("000001"), store().string()});
    BOOST_TEST(restore.exit_code == 6);
    BOOST_TEST(FolderImage(store()) == before);
    BOOST_TEST(tool({"restore", backup_number("000001"), copy().string(), "--fence", "changed"}).exit_code == 5);
    BOOST_TEST(tool({"restore", store().string(), copy().string()}).errors ==
               "tokenstore: not_a_store: the folder is no backup: it has no file BACKUP (nothing was written; a person "
               "has to look at it)\n");
    BOOST_TEST(!fs::exists(copy()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
