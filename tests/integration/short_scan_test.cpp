// Scans over a damaged block: every listing and every count says that something is missing, and none comes back short.
// What decides about a token scans nothing, and overlooks nothing there.
//
// The place matters. RocksDB before 8.7 takes damage in the first block of a table file that is not the first of its
// level for the end of the level (facebook/rocksdb#11782), unless it is told to look for no deleted ranges.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <rocksdb/db.h>

#include "integration/store_image.hpp"
#include "storage/column_families.hpp"
#include "storage/engine_options.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error("the engine refused: " + status.ToString());
}

/// Compacts a closed store as it would be with many more tokens: into several table files, all of one level. Answers
/// the names of those of the column family, in the order of their keys.
std::vector<std::string> spread_over_many_tables(const fs::path& directory, std::string_view family) {
    auto descriptors = storage::column_family_descriptors(8U << 20U, 8U << 20U, nullptr);
    for (auto& descriptor : descriptors) descriptor.options.target_file_size_base = 32U << 10U;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(storage::primary_options({}), directory.string(), descriptors, &handles, &opened));
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::CompactRangeOptions compaction;
    compaction.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    std::vector<std::string> tables;
    for (auto* handle : handles) {
        check(db->CompactRange(compaction, handle, nullptr, nullptr));
        rocksdb::ColumnFamilyMetaData metadata;
        db->GetColumnFamilyMetaData(handle, &metadata);
        if (handle->GetName() == family) {
            for (const auto& file : metadata.levels.back().files) tables.push_back(file.relative_filename);
        }
        check(db->DestroyColumnFamilyHandle(handle));
    }
    check(db->Close());
    return tables;
}

struct SpreadStore : StoreFixture {
    static constexpr std::uint64_t all = 2'000;

    /// For the damage of each table file but the first of a column family. The store is closed.
    void for_damage_in(std::string_view family, const std::function<void(TokenStore&, const StoreReader&)>& check) {
        const StoreImage spread(directory());
        const auto tables = spread_over_many_tables(spread.directory(), family);
        BOOST_TEST(tables.size() >= 3U);
        for (const auto& table : {tables.at(1), tables.at(tables.size() / 2), tables.back()}) {
            const StoreImage image(spread.directory());
            image.flip_bit(table, 50);
            auto damaged = must(TokenStore::open(image.directory(), options));
            BOOST_TEST_CONTEXT("in the first block of " << table) {
                check(damaged, must(StoreReader::open(image.directory())));
            }
        }
    }

    static void check_is_corrupt(const auto& result) { BOOST_TEST(error_of(result).code == ErrorCode::corrupt); }
};

/// One user with one family of many chains, so that each index is one long list.
struct LongLists : SpreadStore {
    LongLists() {
        for (std::uint64_t number = 1; number <= all; ++number) create(number);
        must(store.flush());
        must(store.close());
    }

    /// Ends with an error before the last page.
    template <class List>
    static void check_list_is_not_short(const List& list) {
        SessionPageRequest request{max_page_limit, std::nullopt};
        std::uint64_t seen = 0;
        for (;;) {
            const auto page = list(request);
            if (!page) {
                BOOST_TEST(page.error().code == ErrorCode::corrupt);
                return;
            }
            seen += page->sessions.size();
            if (!page->next) break;
            request.after = page->next;
        }
        BOOST_ERROR("a list of " << seen << " sessions of " << all);
    }
};

/// Tokens that were ended by their family, all of one user, or by their user.
struct ManyEnds : SpreadStore {
    ManyEnds() {
        for (std::uint64_t number = 1; number <= all; ++number) {
            create(number, {.user = ended_by_user(number) ? number : all + 1, .family = number});
            if (ended_by_user(number)) {
                revoke_user(number, Counting::skip);
            } else {
                revoke_family(number, Counting::skip);
            }
        }
        must(store.flush());
        must(store.close());
    }

    static bool ended_by_user(std::uint64_t number) { return number % 2 == 0; }
};

BOOST_AUTO_TEST_SUITE(short_scans)

BOOST_FIXTURE_TEST_CASE(a_store_spread_over_many_tables_is_listed_whole, LongLists) {
    const StoreImage spread(directory());
    BOOST_TEST(spread_over_many_tables(spread.directory(), "by_user").size() >= 3U);
    const auto reader = must(StoreReader::open(spread.directory()));
    BOOST_TEST(must(reader.count(clock.wall_us())).live == all);
}

BOOST_FIXTURE_TEST_CASE(no_listing_of_a_user_s_sessions_comes_back_short, LongLists) {
    for_damage_in("by_user", [&](TokenStore& damaged, const StoreReader& reader) {
        check_list_is_not_short(
            [&](const SessionPageRequest& page) { return damaged.get_user_active_sessions(make_user_id(1), page); });
        check_list_is_not_short([&](const SessionPageRequest& page) {
            return reader.get_user_active_sessions(make_user_id(1), clock.wall_us(), page);
        });
        check_is_corrupt(reader.count(clock.wall_us()));
        // Ended all the same, but nobody says of how many.
        const auto error = error_of(damaged.revoke_all_user_tokens(make_user_id(1), Counting::exact, buffered));
        BOOST_TEST(error.code == ErrorCode::corrupt);
        BOOST_TEST(error.write == WriteState::partly_written);
    });
}

BOOST_FIXTURE_TEST_CASE(no_count_of_a_family_comes_back_short, LongLists) {
    for_damage_in("by_family", [&](TokenStore& damaged, const StoreReader& reader) {
        check_is_corrupt(reader.count(clock.wall_us()));
        const auto error = error_of(damaged.revoke_family(make_family_id(1), Counting::exact, buffered));
        BOOST_TEST(error.code == ErrorCode::corrupt);
        BOOST_TEST(error.write == WriteState::partly_written);
    });
}

BOOST_FIXTURE_TEST_CASE(no_walk_over_all_tokens_comes_back_short, LongLists) {
    for_damage_in("tokens", [&](TokenStore& damaged, const StoreReader& reader) {
        check_is_corrupt(reader.for_each_token(clock.wall_us(), [](const JudgedToken&) { return true; }));
        check_is_corrupt(reader.count(clock.wall_us()));
        // A table in which nothing has expired is not read.
        BOOST_TEST(must(damaged.cleanup_expired(buffered)) == 0U);
    });
}

BOOST_FIXTURE_TEST_CASE(no_clean_up_comes_back_short, SpreadStore) {
    for (std::uint64_t number = 1; number <= all; ++number) create(number, {.lifetime_us = hour_us});
    must(store.flush());
    must(store.close());
    clock.advance_us(hour_us);
    for_damage_in("tokens", [&](TokenStore& damaged, const StoreReader& /*reader*/) {
        check_is_corrupt(damaged.cleanup_expired(buffered));
    });
}

// No verdict hangs on a scan, which would find no end behind the damage; and an end that cannot be read is not absent.
BOOST_FIXTURE_TEST_CASE(no_end_is_overlooked_in_or_behind_damage, ManyEnds) {
    std::uint64_t families_unread = 0;
    std::uint64_t users_unread = 0;
    for_damage_in("revocations", [&](TokenStore& damaged, const StoreReader& reader) {
        for (std::uint64_t number = 1; number <= all; ++number) {
            const auto valid = damaged.get_valid_by_hash(make_hash(number));
            if (!valid) ++(ended_by_user(number) ? users_unread : families_unread);
            if (valid && *valid) BOOST_ERROR("token " << number << " was ended, and is valid");
        }
        const auto counted = reader.count(clock.wall_us());
        if (counted) BOOST_TEST(counted->live == 0U);
    });
    BOOST_TEST(families_unread > 0U);
    BOOST_TEST(users_unread > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
