// The filter that spares verdicts a look for ends: it holds every end that the table files do, or there is none of it.
#include "storage/ends_in_files.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <rocksdb/db.h>

#include "codec/keys.hpp"
#include "integration/database_access.hpp"
#include "integration/store_image.hpp"
#include "storage/column_families.hpp"
#include "storage/engine_options.hpp"
#include "support/dice.hpp"
#include "support/store_fixture.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error("the engine refused: " + status.ToString());
}

/// The engine of a closed store, without what the store puts around it.
class BareEngine {
public:
    explicit BareEngine(const fs::path& directory) {
        const auto options = storage::primary_options({});
        rocksdb::DB* opened = nullptr;
        check(rocksdb::DB::Open(options, directory.string(),
                                storage::column_family_descriptors(8U << 20U, 8U << 20U, nullptr), &handles_, &opened));
        db_.reset(opened);
    }
    BareEngine(const BareEngine&) = delete;
    BareEngine& operator=(const BareEngine&) = delete;
    ~BareEngine() {
        for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    }

    [[nodiscard]] rocksdb::DB& db() noexcept { return *db_; }
    [[nodiscard]] rocksdb::ColumnFamilyHandle* revocations() noexcept {
        return handles_[storage::position(storage::Family::revocations)];
    }
    [[nodiscard]] std::optional<storage::PossibleEnds> ends() {
        return storage::ends_in_files(*db_, revocations(), *rocksdb::Env::Default());
    }
    [[nodiscard]] std::vector<std::string> table_files() {
        rocksdb::ColumnFamilyMetaData metadata;
        db_->GetColumnFamilyMetaData(revocations(), &metadata);
        std::vector<std::string> names;
        for (const auto& level : metadata.levels) {
            for (const auto& file : level.files) names.push_back(file.relative_filename);
        }
        return names;
    }

private:
    std::vector<rocksdb::ColumnFamilyHandle*> handles_;
    std::unique_ptr<rocksdb::DB> db_;
};

/// Two table files of ends: of families, and of users, each of another token.
struct EndedStore : StoreFixture {
    static constexpr std::uint64_t all = 500;

    EndedStore() {
        for (std::uint64_t number = 1; number <= all; ++number) create(number, {.user = number, .family = number});
        for (std::uint64_t number = 1; number <= all; number += 4) revoke_family(number, Counting::skip);
        must(store.flush());
        for (std::uint64_t number = 3; number <= all; number += 4) revoke_user(number, Counting::skip);
        must(store.close());
    }

    static bool holds_all(const storage::PossibleEnds& ends) {
        for (std::uint64_t number = 1; number <= all; number += 4) {
            if (!ends.contains(codec::id_view(make_family_id(number)))) return false;
        }
        for (std::uint64_t number = 3; number <= all; number += 4) {
            if (!ends.contains(codec::id_view(make_user_id(number)))) return false;
        }
        return true;
    }
};

BOOST_FIXTURE_TEST_SUITE(ends_in_files, EndedStore)

BOOST_AUTO_TEST_CASE(every_end_of_a_store_is_found_and_no_other) {
    BareEngine engine(directory());
    const auto ends = engine.ends();
    BOOST_REQUIRE(ends.has_value());
    BOOST_TEST(holds_all(*ends));
    std::uint64_t others = 0;
    for (std::uint64_t number = 2; number <= all; number += 2) {
        others += ends->contains(codec::id_view(make_family_id(number))) ? 1U : 0U;
        others += ends->contains(codec::id_view(make_user_id(number))) ? 1U : 0U;
    }
    BOOST_TEST(others <= 2U);
}

BOOST_AUTO_TEST_CASE(an_end_that_was_removed_leaves_the_others_proved) {
    BareEngine engine(directory());
    const auto key = codec::family_end_key(make_family_id(1));
    check(engine.db().Delete({}, engine.revocations(), storage::slice(key.view())));
    check(engine.db().Flush({}, engine.revocations()));
    const auto ends = engine.ends();
    BOOST_REQUIRE(ends.has_value());
    BOOST_TEST(holds_all(*ends));
}

BOOST_AUTO_TEST_CASE(what_is_in_no_file_yet_is_not_taken_for_absent) {
    BareEngine engine(directory());
    const auto key = codec::family_end_key(make_family_id(2));
    check(engine.db().Put({}, engine.revocations(), storage::slice(key.view()), "an end"));
    BOOST_TEST(!engine.ends().has_value());
}

// As a snapshot makes the engine keep them: of two versions of an end one is shown.
BOOST_AUTO_TEST_CASE(a_file_that_shows_less_than_it_holds_proves_nothing) {
    BareEngine engine(directory());
    const auto key = codec::family_end_key(make_family_id(2));
    check(engine.db().Put({}, engine.revocations(), storage::slice(key.view()), "an end"));
    const auto* const snapshot = engine.db().GetSnapshot();
    check(engine.db().Put({}, engine.revocations(), storage::slice(key.view()), "and another"));
    check(engine.db().Flush({}, engine.revocations()));
    engine.db().ReleaseSnapshot(snapshot);
    BOOST_TEST(!engine.ends().has_value());
}

BOOST_AUTO_TEST_CASE(a_store_that_was_opened_knows_its_ends_from_memory) {
    const auto database = must(storage::Database::open(directory(), {}, std::make_shared<expiry::ReclaimState>()));
    BOOST_TEST(storage::DatabaseAccess::knows_ends_from_memory(*database));
}

// Flips one bit anywhere in a file while the engine has it open.
BOOST_AUTO_TEST_CASE(no_damage_hides_an_end) {
    Dice dice(test_seed());
    std::uint64_t refused = 0;
    constexpr std::uint64_t flips = 400;
    BareEngine engine(directory());
    const auto files = engine.table_files();
    BOOST_REQUIRE(files.size() >= 2U);
    for (std::uint64_t flip = 0; flip < flips; ++flip) {
        const auto path = directory() / dice.one_of(files);
        const auto whole = FolderImage::read_bytes(path);
        auto damaged = whole;
        auto& byte = damaged[static_cast<std::size_t>(dice.below(damaged.size()))];
        byte = static_cast<char>(byte ^ (1 << dice.below(8)));
        std::ofstream(path, std::ios::binary) << damaged;
        const auto ends = engine.ends();
        if (!ends) ++refused;
        if (ends && !holds_all(*ends)) BOOST_ERROR("flip " << flip << " hides an end; seed " << test_seed());
        std::ofstream(path, std::ios::binary) << whole;
    }
    BOOST_TEST(refused > flips / 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
