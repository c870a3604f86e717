// Opening: what a directory may be, and the error for everything that it must not be. What is refused stays untouched.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <tokenstore/version.hpp>

#include "codec/meta_record.hpp"
#include "support/child_test.hpp"
#include "support/folder_image.hpp"
#include "support/hooked_file_system.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/private_mounts.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;
using boost::unit_test::disabled;
using boost::unit_test::precondition;

constexpr uid_t nobody = 65534;

/// The path that a test hands to its child.
constexpr const char* path_variable = "TOKENSTORE_TEST_PATH";

fs::path path_from_parent() {
    const char* const path = std::getenv(path_variable);
    BOOST_REQUIRE_MESSAGE(path != nullptr, path_variable << " is not set: a part of another test, not one by itself");
    return path;
}

/// What the marker of a store in the making says: a file of the same name that says something else is none.
const std::string marker_text = "A token store is being made here.\n";

void write_file(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id /*unit*/) {
    boost::test_tools::assertion_result result(::geteuid() == 0);
    if (!result) result.message() << "only root can give a directory to another user";
    return result;
}

/// A folder with nothing in it but what a test puts there, and a clock.
struct DirectoryFixture {
    TemporaryDirectory folder;
    ManualClock clock;
    fs::path directory = folder.path() / "store";

    [[nodiscard]] Options options(bool create_if_missing = true) const {
        Options options;
        options.create_if_missing = create_if_missing;
        options.clock = &clock;
        options.maintenance_interval_ms = 0;
        return options;
    }

    [[nodiscard]] Result<TokenStore> open(bool create_if_missing = true) const {
        return TokenStore::open(directory, options(create_if_missing));
    }

    /// Refused by the store and by the reader alike, and nothing in the folder has changed.
    void check_refused_untouched(ErrorCode expected) const {
        const FolderImage before(folder.path());
        for (const bool create_if_missing : {true, false}) {
            const auto error = error_of(open(create_if_missing));
            BOOST_TEST(error.code == expected);
            BOOST_TEST(error.write == WriteState::nothing_written);
            BOOST_TEST(!error.message.empty());
        }
        BOOST_TEST(error_of(StoreReader::open(directory)).code == expected);
        BOOST_TEST(FolderImage(folder.path()) == before);
    }

    void make_store_with_a_token() const {
        auto store = must(open());
        must(store.create_token(make_new_token(1)));
        must(store.close());
    }

    void check_holds_the_token() const {
        auto store = must(open(false));
        BOOST_TEST(must(store.get_valid_by_hash(make_hash(1))).has_value());
        must(store.create_token(make_new_token(2), buffered));
    }
};

BOOST_FIXTURE_TEST_SUITE(store_directory, DirectoryFixture)

// ---- Making ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_missing_directory_is_made_private_with_all_above_it) {
    directory = folder.path() / "not" / "yet" / "there";
    const auto umask_before = ::umask(0);
    const auto opened = open();
    ::umask(umask_before);
    BOOST_TEST(opened.has_value());
    BOOST_TEST(mode_of(directory) == 0700U);
}

BOOST_AUTO_TEST_CASE(an_empty_directory_is_taken_over_and_made_private) {
    fs::create_directory(directory);
    for (const auto mode : {0755U, 0777U, 0700U}) {
        fs::permissions(directory, fs::perms(mode));
        auto store = must(open());
        BOOST_TEST(mode_of(directory) == 0700U);
        must(store.close());
        for (const auto& entry : fs::directory_iterator(directory)) fs::remove_all(entry);
    }
}

BOOST_AUTO_TEST_CASE(the_directory_of_a_store_is_its_owner_s_alone) {
    make_store_with_a_token();
    BOOST_TEST(mode_of(directory) == 0700U);
}

BOOST_AUTO_TEST_CASE(a_missing_store_is_not_made_unless_allowed) {
    BOOST_TEST(error_of(open(false)).code == ErrorCode::store_missing);
    BOOST_TEST(!fs::exists(directory));
    fs::create_directory(directory);
    fs::permissions(directory, fs::perms(0755));
    BOOST_TEST(error_of(open(false)).code == ErrorCode::store_missing);
    BOOST_TEST(fs::is_empty(directory));
    BOOST_TEST(mode_of(directory) == 0755U);
}

BOOST_AUTO_TEST_CASE(a_path_without_a_name_is_an_error) {
    directory.clear();
    BOOST_CHECK_NO_THROW(BOOST_TEST(!open().has_value()));
    BOOST_CHECK_NO_THROW(BOOST_TEST(!StoreReader::open(directory).has_value()));
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_a_directory_is_an_error) {
    write_file(folder.path() / "file", "text");
    directory = folder.path() / "file" / "store";
    BOOST_TEST(error_of(open()).code == ErrorCode::io_error);
    directory = folder.path() / std::string(300, 'n');
    BOOST_TEST(error_of(open()).code == ErrorCode::io_error);
}

BOOST_AUTO_TEST_CASE(a_half_made_store_is_made_anew) {
    // Cut short after its first files, and again at the very last step.
    fs::create_directory(directory);
    write_file(directory / "CREATING", marker_text);
    write_file(directory / "MANIFEST-000001", "half a manifest");
    BOOST_TEST(error_of(open(false)).code == ErrorCode::store_missing);
    BOOST_TEST(error_of(StoreReader::open(directory)).code == ErrorCode::store_missing);
    BOOST_TEST(FolderImage::read_bytes(directory / "MANIFEST-000001") == "half a manifest");
    make_store_with_a_token();
    BOOST_TEST(!fs::exists(directory / "CREATING"));

    write_file(directory / "CREATING", marker_text);
    auto store = must(open());
    BOOST_TEST(!must(store.get_by_hash(make_hash(1))).has_value());
    must(store.create_token(make_new_token(1)));
    must(store.close());
    check_holds_the_token();
}

/// Sees whether the marker is whole whenever something is about to change beside the remains of a half-made store.
class MarkerWatch final : public IoHook {
public:
    explicit MarkerWatch(fs::path marker) : marker_(std::move(marker)) {}

    IoFault before(const Io& io) override {
        if (io.kind == IoKind::remove && io.path == marker_) is_removed_ = true;
        if (!is_removed_ && FolderImage::read_bytes(marker_) != marker_text) was_whole_ = false;
        return IoFault::none;
    }

    [[nodiscard]] bool was_whole() const noexcept { return was_whole_ && is_removed_; }

private:
    fs::path marker_;
    std::atomic<bool> is_removed_{false};
    std::atomic<bool> was_whole_{true};
};

BOOST_AUTO_TEST_CASE(every_file_that_making_a_store_may_leave_is_known_for_one) {
    for (const char* name : {"MANIFEST-000001", "OPTIONS-000007", "LOG", "LOG.old.1", "CURRENT", "IDENTITY", "LOCK",
                             "IN_DOUBT", "IN_DOUBT.new", "HIGH_WATER", "000009.sst", "000004.log", "000001.dbtmp"}) {
        BOOST_TEST_CONTEXT(name) {
            fs::create_directory(directory);
            write_file(directory / "CREATING", marker_text);
            write_file(directory / name, "half of it");
            make_store_with_a_token();
            check_holds_the_token();
            fs::remove_all(directory);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_remains_of_a_store_is_damage_and_not_a_place_for_a_new_one) {
    for (const char* name : {"MANIFEST-000001", "OPTIONS-000007", "IDENTITY", "000009.sst"}) {
        BOOST_TEST_CONTEXT(name) {
            fs::create_directory(directory);
            write_file(directory / name, "all that is left");
            check_refused_untouched(ErrorCode::corrupt);
            fs::remove_all(directory);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_half_made_store_keeps_its_marker_whole_while_it_is_made_anew) {
    fs::create_directory(directory);
    write_file(directory / "CREATING", marker_text);
    write_file(directory / "MANIFEST-000001", "half a manifest");
    MarkerWatch watch(directory / "CREATING");
    const HookedHost hooked(watch);
    const storage::HostOverride host(hooked.this_boot());
    make_store_with_a_token();
    BOOST_TEST(watch.was_whole());
}

BOOST_AUTO_TEST_CASE(a_store_of_whose_marker_only_a_part_got_to_the_disk_is_made_anew) {
    fs::create_directory(directory);
    const std::string garbled_behind = marker_text.substr(0, 16) + std::string(marker_text.size() - 16, '\x9f');
    for (const std::string& text :
         {std::string(), std::string("A token sto"), garbled_behind, std::string(marker_text.size(), '\0')}) {
        write_file(directory / "CREATING", text);
        BOOST_TEST(error_of(open(false)).code == ErrorCode::store_missing);
        make_store_with_a_token();
        check_holds_the_token();
        for (const auto& entry : fs::directory_iterator(directory)) fs::remove_all(entry);
    }
}

BOOST_AUTO_TEST_CASE(one_of_two_threads_that_make_the_same_store_gets_it) {
    for (int round = 0; round < 16; ++round) {
        directory = folder.path() / std::to_string(round);
        std::array<std::optional<Result<TokenStore>>, 2> opened;
        {
            // The second comes later by the round, to meet the first at every step of its making.
            std::latch start(2);
            const auto begin = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
            const auto open_at = [&](std::size_t which, std::chrono::steady_clock::time_point moment) {
                start.arrive_and_wait();
                while (std::chrono::steady_clock::now() < moment) std::this_thread::yield();
                opened.at(which) = open();
            };
            const std::jthread first(open_at, 0U, begin);
            const std::jthread second(open_at, 1U, begin + round * std::chrono::milliseconds(2));
        }
        const bool first = opened[0]->has_value();
        BOOST_REQUIRE(first != opened[1]->has_value());
        BOOST_TEST(opened[first ? 1 : 0]->error().code == ErrorCode::held_by_another_process);
        auto& store = **opened[first ? 0 : 1];
        must(store.create_token(make_new_token(1)));
        must(store.close());
        check_holds_the_token();
    }
}

// ---- Something else in its place ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_directory_with_foreign_files_is_left_untouched) {
    fs::create_directories(directory / "photos");
    write_file(directory / "photos" / "cat", "meow");
    check_refused_untouched(ErrorCode::not_a_store);
    write_file(directory / "letter", "dear");
    check_refused_untouched(ErrorCode::not_a_store);
}

BOOST_AUTO_TEST_CASE(foreign_files_beside_one_named_like_our_marker_are_left_untouched) {
    fs::create_directory(directory);
    write_file(directory / "CREATING", "a chapter about creation");
    check_refused_untouched(ErrorCode::not_a_store);
    write_file(directory / "CREATING", marker_text);
    write_file(directory / "letter", "dear");
    check_refused_untouched(ErrorCode::not_a_store);
}

BOOST_AUTO_TEST_CASE(a_foreign_database_is_left_untouched) {
    {
        auto foreign = PlainDatabase::make(directory);
        foreign.put("default", "key", "value");
    }
    check_refused_untouched(ErrorCode::not_a_store);
    {
        auto foreign = PlainDatabase(directory);
        foreign.add_column_family("accounts");
    }
    check_refused_untouched(ErrorCode::not_a_store);
    BOOST_TEST(PlainDatabase(directory).get("default", "key").value() == "value");
}

BOOST_AUTO_TEST_CASE(a_file_in_place_of_the_directory_is_left_untouched) {
    write_file(directory, "text");
    check_refused_untouched(ErrorCode::not_a_store);
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_format_is_refused_with_every_record_as_it_was) {
    make_store_with_a_token();
    std::string newer(codec::encode_number(codec::format_key, std::int64_t{format_version} + 1));
    std::string token_key;
    std::string token_record;
    {
        PlainDatabase database(directory);
        database.put("default", codec::format_key, newer);
        token_key = database.keys("tokens").at(0);
        token_record = database.get("tokens", token_key).value();
    }
    for (const bool create_if_missing : {true, false}) {
        const auto error = error_of(open(create_if_missing));
        BOOST_TEST(error.code == ErrorCode::newer_format);
        BOOST_TEST(error.write == WriteState::nothing_written);
    }
    BOOST_TEST(error_of(StoreReader::open(directory)).code == ErrorCode::newer_format);
    // The newer format may write this very record in new bytes.
    newer.front() = static_cast<char>(codec::record_version + 1);
    PlainDatabase(directory).put("default", codec::format_key, newer);
    BOOST_TEST(error_of(open()).code == ErrorCode::newer_format);
    BOOST_TEST(error_of(StoreReader::open(directory)).code == ErrorCode::newer_format);
    {
        PlainDatabase database(directory);
        BOOST_TEST(database.get("default", codec::format_key).value() == newer);
        BOOST_TEST(database.get("tokens", token_key).value() == token_record);
        database.put("default", codec::format_key, codec::encode_number(codec::format_key, format_version));
    }
    check_holds_the_token();
}

BOOST_AUTO_TEST_CASE(a_store_from_before_the_first_release_is_refused_as_it_is) {
    make_store_with_a_token();
    std::string older(codec::encode_number(codec::format_key, 1));
    older.front() = 1;  // that format wrote this very record in other bytes
    PlainDatabase(directory).put("default", codec::format_key, older);
    const auto error = error_of(open());
    BOOST_TEST(error.code == ErrorCode::older_format);
    BOOST_TEST(error.write == WriteState::nothing_written);
    BOOST_TEST(error_of(StoreReader::open(directory)).code == ErrorCode::older_format);
    BOOST_TEST(PlainDatabase(directory).get("default", codec::format_key).value() == older);
}

BOOST_AUTO_TEST_CASE(a_store_with_a_column_family_of_a_newer_format_is_left_untouched) {
    make_store_with_a_token();
    PlainDatabase(directory).add_column_family("by_device");
    check_refused_untouched(ErrorCode::newer_format);
}

// ---- Somebody else's, or not to be written --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_directory_that_others_can_write_is_refused) {
    make_store_with_a_token();
    for (const auto mode : {0770U, 0720U, 0702U, 0777U}) {
        fs::permissions(directory, fs::perms(mode));
        const FolderImage before(folder.path());
        const auto error = error_of(open());
        BOOST_TEST(error.code == ErrorCode::unsafe_directory);
        BOOST_TEST(error.advice() == Advice::call_operator);
        BOOST_TEST(FolderImage(folder.path()) == before);
    }
    fs::permissions(directory, fs::perms(0750));  // that others can read is the owner's choice
    check_holds_the_token();
}

BOOST_AUTO_TEST_CASE(a_directory_of_another_user_is_refused_and_left_as_it_was, *precondition(is_root)) {
    fs::create_directory(directory);
    fs::permissions(directory, fs::perms(0755));
    BOOST_REQUIRE(::chown(directory.c_str(), nobody, nobody) == 0);
    BOOST_TEST(error_of(open()).code == ErrorCode::unsafe_directory);
    BOOST_TEST(fs::is_empty(directory));
    BOOST_TEST(mode_of(directory) == 0755U);

    BOOST_REQUIRE(::chown(directory.c_str(), 0, 0) == 0);
    make_store_with_a_token();
    BOOST_REQUIRE(::chown(directory.c_str(), nobody, nobody) == 0);
    BOOST_TEST(error_of(open()).code == ErrorCode::unsafe_directory);
    BOOST_REQUIRE(::chown(directory.c_str(), 0, 0) == 0);
    check_holds_the_token();
}

BOOST_AUTO_TEST_CASE(a_directory_that_its_owner_cannot_write_is_refused) {
    run_child_test("store_directory_parts/of_an_unprivileged_user");
}

BOOST_AUTO_TEST_CASE(a_directory_on_a_read_only_file_system_is_refused, *precondition(mounts_are_permitted)) {
    run_child_test("store_directory_parts/on_a_read_only_file_system");
}

// ---- Held by somebody -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_second_opener_in_the_same_process_is_refused_and_takes_no_lock_away) {
    auto store = must(open());
    const auto error = error_of(open());
    BOOST_TEST(error.code == ErrorCode::held_by_another_process);
    BOOST_TEST(error.message.find("this process") != std::string::npos);
    BOOST_TEST(error.message.find("process " + std::to_string(::getpid())) != std::string::npos);
    // By another name too.
    fs::create_directory_symlink(directory, folder.path() / "alias");
    BOOST_TEST(error_of(TokenStore::open(folder.path() / "alias", options())).code ==
               ErrorCode::held_by_another_process);

    run_child_test("store_directory_parts/of_a_second_process", {{path_variable, directory.string()}});
    must(store.create_token(make_new_token(1)));
    must(store.close());
    check_holds_the_token();
}

BOOST_AUTO_TEST_CASE(a_store_closed_by_one_is_opened_by_the_next) {
    make_store_with_a_token();
    run_child_test("store_directory_parts/of_the_next_process", {{path_variable, directory.string()}});
    auto store = must(open());
    BOOST_TEST(must(store.get_by_hash(make_hash(1)))->state == TokenState::consumed);
    BOOST_TEST(must(store.get_valid_by_hash(make_hash(2))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

// ---- The parts that need a process of their own (child_test.hpp) ---------------------------------------------------

BOOST_FIXTURE_TEST_SUITE(store_directory_parts, DirectoryFixture, *disabled())

BOOST_AUTO_TEST_CASE(of_an_unprivileged_user) {
    // For root every directory can be written.
    if (::geteuid() == 0) BOOST_REQUIRE(::setgid(nobody) == 0 && ::setuid(nobody) == 0);
    const TemporaryDirectory own;
    directory = own.path() / "store";
    make_store_with_a_token();

    fs::permissions(directory, fs::perms(0500));
    const auto error = error_of(open());
    BOOST_TEST(error.code == ErrorCode::read_only_directory);
    BOOST_TEST(error.advice() == Advice::call_operator);
    BOOST_TEST(must(must(StoreReader::open(directory)).count(clock.wall_us())).live == 1U);
    fs::permissions(directory, fs::perms(0700));
    check_holds_the_token();

    fs::permissions(own.path(), fs::perms(0500));
    directory = own.path() / "other";
    BOOST_TEST(error_of(open()).code == ErrorCode::read_only_directory);
    BOOST_TEST(!fs::exists(directory));
    fs::permissions(own.path(), fs::perms(0700));
    fs::create_directory(directory);
    fs::permissions(directory, fs::perms(0500));
    BOOST_TEST(error_of(open()).code == ErrorCode::read_only_directory);
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(on_a_read_only_file_system) {
    enter_private_mounts();
    mount_memory(folder.path(), 64U << 20U);
    make_store_with_a_token();
    make_read_only(folder.path());
    BOOST_TEST(error_of(open()).code == ErrorCode::read_only_directory);
    BOOST_TEST(must(must(StoreReader::open(directory)).count(clock.wall_us())).live == 1U);
    directory = folder.path() / "other";
    BOOST_TEST(error_of(open()).code == ErrorCode::read_only_directory);
    BOOST_TEST(error_of(open(false)).code == ErrorCode::store_missing);
}

BOOST_AUTO_TEST_CASE(of_a_second_process) {
    directory = path_from_parent();
    for (const bool create_if_missing : {true, false}) {
        const auto error = error_of(open(create_if_missing));
        BOOST_TEST(error.code == ErrorCode::held_by_another_process);
        BOOST_TEST(error.write == WriteState::nothing_written);
        BOOST_TEST(
            error.message.find("process " + std::to_string(::getppid()) + " (integration_tes") != std::string::npos,
            error.message);
    }
    must(StoreReader::open(directory));  // looking on is allowed
}

BOOST_AUTO_TEST_CASE(of_the_next_process) {
    directory = path_from_parent();
    auto store = must(open());
    BOOST_TEST((must(store.rotate_token(make_hash(1), make_successor(2))).outcome == RotateOutcome::rotated));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
