#include "storage/engine_env.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <rocksdb/file_system.h>

#include "storage/log_file.hpp"

namespace tokenstore::storage {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

/// A file that ends early.
class LimitedFile final : public rocksdb::FSSequentialFileOwnerWrapper {
public:
    LimitedFile(std::unique_ptr<rocksdb::FSSequentialFile> file, std::uint64_t bytes)
        : FSSequentialFileOwnerWrapper(std::move(file)), left_(bytes) {}

    IOStatus Read(std::size_t count, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                  IODebugContext* debug) override {
        auto status = FSSequentialFileOwnerWrapper::Read(
            static_cast<std::size_t>(std::min<std::uint64_t>(count, left_)), options, result, scratch, debug);
        if (status.ok()) left_ -= result->size();
        return status;
    }

    IOStatus Skip(std::uint64_t count) override {
        const auto skipped = std::min(count, left_);
        left_ -= skipped;
        return FSSequentialFileOwnerWrapper::Skip(skipped);
    }

private:
    std::uint64_t left_;
};

/// A log that takes room on the disk in small steps.
class SteppedLog final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;

    void SetPreallocationBlockSize(std::size_t bytes) override {
        FSWritableFileOwnerWrapper::SetPreallocationBlockSize(std::min(bytes, greatest_step_bytes));
    }

private:
    static constexpr std::size_t greatest_step_bytes = 4U << 20U;
};

class EngineFileSystem final : public rocksdb::FileSystemWrapper {
public:
    EngineFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target, ReadLimits limits,
                     std::shared_ptr<EngineEnv::Room> room)
        : FileSystemWrapper(target), limits_(std::move(limits)), room_(std::move(room)) {}

    [[nodiscard]] const char* Name() const override { return "tokenstore.engine_file_system"; }

    IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext* debug) override {
        auto status = target()->NewSequentialFile(path, options, result, debug);
        const auto limit = limit_of(name_of(path));
        if (status.ok() && limit) *result = std::make_unique<LimitedFile>(std::move(*result), *limit);
        return status;
    }

    IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) override {
        auto status = target()->NewWritableFile(path, options, result, debug);
        if (status.ok() && number_in_name(name_of(path), "", ".log")) {
            *result = std::make_unique<SteppedLog>(std::move(*result));
        }
        return status;
    }

    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                        IODebugContext* debug) override {
        if (name_of(to) == "CURRENT") {
            if (auto status = sync_directory(to.substr(0, to.rfind('/')), options, debug); !status.ok()) return status;
        }
        return target()->RenameFile(from, to, options, debug);
    }

    IOStatus GetFreeSpace(const std::string& path, const IOOptions& options, std::uint64_t* bytes,
                          IODebugContext* debug) override {
        if (room_->denies.load(std::memory_order_acquire)) {
            if (!path.ends_with(".sst")) room_->has_denied_recovery.store(true, std::memory_order_release);
            return IOStatus::Aborted("the store is closing");
        }
        return target()->GetFreeSpace(path, options, bytes, debug);
    }

private:
    static std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

    [[nodiscard]] std::optional<std::uint64_t> limit_of(std::string_view name) const {
        if (const auto log = number_in_name(name, "", ".log")) {
            const auto found = limits_.logs.find(*log);
            return found == limits_.logs.end() ? 0 : found->second;
        }
        const auto manifest = number_in_name(name, "MANIFEST-", "");
        if (!manifest || !limits_.manifest) return std::nullopt;
        return *manifest == limits_.manifest->number ? limits_.manifest->bytes : 0;
    }

    IOStatus sync_directory(const std::string& path, const IOOptions& options, IODebugContext* debug) {
        std::unique_ptr<rocksdb::FSDirectory> directory;
        auto status = target()->NewDirectory(path, options, &directory, debug);
        return status.ok() ? directory->Fsync(options, debug) : status;
    }

    ReadLimits limits_;
    std::shared_ptr<EngineEnv::Room> room_;
};

}  // namespace

// The engine takes its files from the file system, and the rest from the wrapped environment.
EngineEnv::EngineEnv(rocksdb::Env& env, ReadLimits limits) : EnvWrapper(&env) {
    file_system_ = std::make_shared<EngineFileSystem>(env.GetFileSystem(), std::move(limits), room_);
}

}  // namespace tokenstore::storage
