// How much room on the disk the engine's files take ahead, and who is told how much there is. What the engine gets to
// read, and the order in which CURRENT is made durable, are tested with real stores in tests/integration.
#include "storage/engine_env.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include <rocksdb/file_system.h>

namespace tokenstore::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

using RoomAhead = std::map<std::string, std::size_t>;

/// Holds nothing, and notes how much room is to be taken ahead.
class NotingFile final : public rocksdb::FSWritableFile {
public:
    explicit NotingFile(std::size_t& room_bytes) : room_bytes_(room_bytes) {}

    using FSWritableFile::Append;
    IOStatus Append(const rocksdb::Slice& /*bytes*/, const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
        return IOStatus::OK();
    }
    IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return IOStatus::OK(); }
    IOStatus Flush(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return IOStatus::OK(); }
    IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override { return IOStatus::OK(); }
    void SetPreallocationBlockSize(std::size_t bytes) override { room_bytes_ = bytes; }

private:
    std::size_t& room_bytes_;
};

class NotingFileSystem final : public rocksdb::FileSystemWrapper {
public:
    explicit NotingFileSystem(RoomAhead& room) : FileSystemWrapper(rocksdb::FileSystem::Default()), room_(room) {}

    [[nodiscard]] const char* Name() const override { return "test.noting_file_system"; }

    IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& /*options*/,
                             std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* /*debug*/) override {
        *result = std::make_unique<NotingFile>(room_[path]);
        return IOStatus::OK();
    }

private:
    RoomAhead& room_;
};

BOOST_AUTO_TEST_SUITE(engine_env)

BOOST_AUTO_TEST_CASE(a_log_takes_at_most_four_mebibytes_ahead_and_other_files_what_the_engine_asks_for) {
    constexpr std::size_t mebibyte = 1U << 20U;
    RoomAhead room;
    const auto host = rocksdb::NewCompositeEnv(std::make_shared<NotingFileSystem>(room));
    const auto env = std::make_unique<EngineEnv>(*host, ReadLimits{});
    const auto asked = [&](const std::string& path, std::size_t bytes) {
        std::unique_ptr<rocksdb::FSWritableFile> file;
        BOOST_REQUIRE(env->GetFileSystem()->NewWritableFile(path, {}, &file, nullptr).ok());
        file->SetPreallocationBlockSize(bytes);
        return room.at(path);
    };
    BOOST_TEST(asked("/store/000012.log", 100 * mebibyte) == 4 * mebibyte);
    BOOST_TEST(asked("/store/000013.log", mebibyte) == mebibyte);
    BOOST_TEST(asked("/store/000014.sst", 100 * mebibyte) == 100 * mebibyte);
    BOOST_TEST(asked("/store/MANIFEST-000015", 100 * mebibyte) == 100 * mebibyte);
}

BOOST_AUTO_TEST_CASE(once_told_to_it_says_no_more_how_much_room_there_is_and_tells_that_the_recovery_has_asked) {
    EngineEnv env(*rocksdb::Env::Default(), ReadLimits{});
    std::uint64_t bytes = 0;
    const auto is_told = [&](const std::string& path) {
        return env.GetFileSystem()->GetFreeSpace(path, {}, &bytes, nullptr).ok();
    };
    BOOST_TEST(is_told("/"));
    env.deny_room();
    BOOST_TEST(!is_told("/store/000007.sst"));  // so asks a compaction
    BOOST_TEST(!env.has_denied_recovery());
    BOOST_TEST(!is_told("/"));
    BOOST_TEST(env.has_denied_recovery());
    env.permit_room();
    BOOST_TEST(is_told("/"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::storage
