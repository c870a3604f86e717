// Damage to the manifest that the engine would pass over: it would open the store as of an earlier moment, with ends
// forgotten.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "storage/host.hpp"
#include "support/folder_image.hpp"
#include "support/log_records.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

/// A store whose last flush brought the end of a family to a table file, and dropped the log that held it.
struct ManifestFixture : StoreFixture {
    ManifestFixture() {
        create(1);
        reopen();
        revoke_family(1);
        must(store.flush());
        must(store.close());
        manifest = directory() / FolderImage::read_bytes(directory() / "CURRENT").substr(0, 15);
        whole = FolderImage::read_bytes(manifest);
    }

    void write(const std::string& content) const { std::ofstream(manifest, std::ios::binary) << content; }

    void check_is_refused(const std::string& content) const {
        write(content);
        BOOST_TEST(error_of(StoreReader::open(directory())).code == ErrorCode::corrupt);
        BOOST_TEST(error_of(TokenStore::open(directory(), options)).code == ErrorCode::corrupt);
        Options losing = options;
        losing.on_log_damage = OnLogDamage::lose_what_follows;
        BOOST_TEST(error_of(TokenStore::open(directory(), losing)).code == ErrorCode::corrupt);
        BOOST_TEST(FolderImage::read_bytes(manifest) == content);
    }

    void check_is_accepted(const std::string& content) {
        write(content);
        BOOST_TEST(must(reader().get_by_hash(make_hash(1), clock.wall_us())).value().state == TokenState::revoked);
        store = must(TokenStore::open(directory(), options));
        BOOST_TEST(state(1).value() == TokenState::revoked);
    }

    fs::path manifest;
    std::string whole;
};

/// As after a power failure.
storage::Host after_another_boot() {
    auto host = storage::current_host();
    host.boot = storage::BootId{7};
    return host;
}

BOOST_FIXTURE_TEST_SUITE(manifest_damage, ManifestFixture)

BOOST_AUTO_TEST_CASE(a_manifest_that_ends_with_any_of_its_records_but_the_last_is_refused) {
    const auto offsets = record_offsets(whole);
    BOOST_REQUIRE(offsets.size() > 10U);
    for (const auto offset : offsets) {
        BOOST_TEST_CONTEXT("cut to " << offset << " of " << whole.size()) { check_is_refused(whole.substr(0, offset)); }
    }
}

BOOST_AUTO_TEST_CASE(a_manifest_with_a_garbled_length_hides_nothing) {
    constexpr std::size_t length_at = 5;  // its upper byte: the record seems to reach over the end of the file
    for (const auto offset : record_offsets(whole)) {
        BOOST_TEST_CONTEXT("of the record at " << offset) {
            auto garbled = whole;
            garbled[offset + length_at] = '\x7f';
            check_is_refused(garbled);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_manifest_with_a_range_of_zeroes_hides_nothing) {
    for (const auto offset : record_offsets(whole)) {
        BOOST_TEST_CONTEXT("from " << offset << " on") {
            check_is_refused(whole.substr(0, offset) + std::string(whole.size() - offset, '\0'));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_older_manifest_is_refused_even_where_current_names_it) {
    const auto current = FolderImage::read_bytes(directory() / "CURRENT");
    store = must(TokenStore::open(directory(), options));
    must(store.close());
    BOOST_REQUIRE(FolderImage::read_bytes(directory() / "CURRENT") != current);
    std::ofstream(directory() / "CURRENT", std::ios::binary) << current;
    check_is_refused(whole);
}

BOOST_AUTO_TEST_CASE(a_record_that_was_being_written_when_the_process_ended_is_no_damage) {
    const auto last = whole.substr(record_offsets(whole).back());
    check_is_accepted(whole + last.substr(0, last.size() - 1));
}

BOOST_AUTO_TEST_CASE(zeroes_behind_what_was_synced_are_no_damage_after_a_power_failure) {
    check_is_refused(whole + std::string(100, '\0'));
    const storage::HostOverride rebooted(after_another_boot());
    check_is_accepted(whole + std::string(100, '\0'));
    must(store.close());
}

BOOST_AUTO_TEST_CASE(a_record_that_got_to_the_disk_before_the_one_in_front_of_it_is_no_damage_after_a_power_failure) {
    const auto overtaken = whole + std::string(97, '\0') + whole.substr(record_offsets(whole).back());
    check_is_refused(overtaken);
    const storage::HostOverride rebooted(after_another_boot());
    check_is_accepted(overtaken);
    must(store.close());
}

BOOST_AUTO_TEST_CASE(what_had_been_synced_is_missed_after_a_power_failure_too) {
    const storage::HostOverride rebooted(after_another_boot());
    const auto offsets = record_offsets(whole);
    for (const auto offset : {offsets.front(), offsets[offsets.size() / 2], offsets.back()}) {
        auto garbled = whole;
        garbled.replace(offset, 7, 7, '\0');
        BOOST_TEST_CONTEXT("a record's head lost at " << offset) { check_is_refused(garbled); }
    }
}

BOOST_AUTO_TEST_CASE(a_store_that_was_killed_while_it_was_opened_goes_on) {
    const auto mark = FolderImage::read_bytes(directory() / "HIGH_WATER");
    store = must(TokenStore::open(directory(), options));
    must(store.close());
    std::ofstream(directory() / "HIGH_WATER", std::ios::binary) << mark;  // the new one had not been written yet
    store = must(TokenStore::open(directory(), options));
    BOOST_TEST(state(1).value() == TokenState::revoked);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
