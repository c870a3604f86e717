// What is mutated is worth it: a store in which every kind of file holds something that an answer hangs on.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <rocksdb/db.h>

#include <tokenstore/store_reader.hpp>

#include "rot/mutation.hpp"
#include "rot/store_image.hpp"
#include "storage/column_families.hpp"
#include "support/log_records.hpp"
#include "support/results.hpp"
#include "support/temporary_directory.hpp"

namespace tokenstore::test {
namespace {

struct ImageFixture {
    [[nodiscard]] TokenCounts counts(const StoreFiles& files) const {
        const TemporaryDirectory folder;
        write_store_files(files, folder.path() / "store");
        return must(must(StoreReader::open(folder.path() / "store")).count(image_moment_us));
    }

    StoreImages images = make_store_images();
};

std::vector<rocksdb::LiveFileMetaData> table_files(const std::filesystem::path& directory) {
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& description : storage::column_families) {
        families.emplace_back(std::string(description.name), rocksdb::ColumnFamilyOptions());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly({}, directory.string(), families, &handles, &opened);
    BOOST_REQUIRE_MESSAGE(status.ok(), status.ToString());
    const std::unique_ptr<rocksdb::DB> db(opened);
    std::vector<rocksdb::LiveFileMetaData> files;
    db->GetLiveFilesMetaData(&files);
    for (auto* handle : handles) BOOST_TEST(db->DestroyColumnFamilyHandle(handle).ok());
    return files;
}

BOOST_FIXTURE_TEST_SUITE(images, ImageFixture)

BOOST_AUTO_TEST_CASE(the_store_holds_tokens_in_every_state) {
    for (const auto& image : images.settled) {
        const auto counted = counts(image.files);
        BOOST_TEST(counted.tokens > 350U);
        BOOST_TEST(counted.users > 3U);
        BOOST_TEST(counted.families > 50U);
        for (const auto count : {counted.live, counted.revoked, counted.consumed, counted.expired}) {
            BOOST_TEST(count > 30U);
        }
    }
}

BOOST_AUTO_TEST_CASE(each_column_family_lies_in_several_levels_and_tokens_in_many_files) {
    for (const auto& image : images.settled) {
        const TemporaryDirectory folder;
        write_store_files(image.files, folder.path() / "store");
        std::map<std::string, std::set<int>> levels;
        std::map<std::string, std::size_t> last_level_files;
        for (const auto& file : table_files(folder.path() / "store")) {
            levels[file.column_family_name].insert(file.level);
            if (file.level > 0) ++last_level_files[file.column_family_name];
        }
        for (const auto& description : storage::column_families) {
            BOOST_TEST(levels[std::string(description.name)].size() == 2U, description.name);
        }
        // A scan over damage at the border of two files is a case of its own.
        for (const auto* const family : {"tokens", "by_family", "by_user"}) {
            BOOST_TEST(last_level_files[family] > 1U, family);
        }
    }
}

BOOST_AUTO_TEST_CASE(two_logs_are_needed_and_hold_revocations) {
    for (const auto& image : images.settled) {
        std::size_t logs = 0;
        for (const auto& [name, content] : image.files) {
            if (name.ends_with(".log") && record_offsets(content).size() > 50) ++logs;
        }
        BOOST_TEST(logs == 2U);
        // At the last of the earlier moments the second log had just begun.
        BOOST_TEST(counts(image.files).revoked > counts(images.earlier.back()).revoked + 20U);
    }
}

BOOST_AUTO_TEST_CASE(each_mutation_changes_something_and_each_kind_of_file_is_drawn) {
    const MutationSource source(images, 1);
    std::set<std::string> drawn;
    for (std::uint64_t number = 0; number < 1'000; ++number) {
        const auto mutation = source.draw(number);
        drawn.insert(mutation.kind);
        const auto& files = images.settled.at(mutation.image).files;
        BOOST_TEST((mutation.apply_to(files) != files), mutation.text);
        BOOST_TEST(source.draw(number).text == mutation.text);
    }
    BOOST_TEST(drawn.size() == 15U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
