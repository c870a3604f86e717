#include "support/hooked_file_system.hpp"

#include <atomic>
#include <cstring>
#include <utility>

#include "support/sleepless_env.hpp"

namespace tokenstore::test {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus status_of(IoFault fault) {
    switch (fault) {
        case IoFault::none:
        case IoFault::flipped_bit:
            return IOStatus::OK();
        case IoFault::no_space:
            return IOStatus::NoSpace("planted: no space left on device");
        case IoFault::input_output_error:
        case IoFault::half_done:
        case IoFault::done_and_failed:
            return IOStatus::IOError("planted: input/output error");
    }
    return IOStatus::OK();
}

/// Does `io` under the hook's eyes.
template <class Do>
IOStatus run(IoHook& hook, const Io& io, const Do& action) {
    const auto fault = hook.before(io);
    if (fault == IoFault::none || fault == IoFault::flipped_bit || fault == IoFault::done_and_failed) {
        const auto done = action();
        if (!done.ok()) {
            hook.not_done(io);
            return done;
        }
        hook.after(io);
    }
    return status_of(fault);
}

/// As run(), for what can be done by half.
template <class Do>
IOStatus run_writing(IoHook& hook, Io io, const Do& write) {
    const auto fault = hook.before(io);
    if (fault == IoFault::half_done) io.data = io.data.substr(0, io.data.size() / 2);
    const bool does = fault != IoFault::input_output_error && fault != IoFault::no_space;
    if (does && !io.data.empty()) {
        const auto done = write(Slice(io.data.data(), io.data.size()));
        if (!done.ok()) {
            hook.not_done(io);
            return done;
        }
        hook.after(io);
    } else if (does) {
        hook.not_done(io);
    }
    return status_of(fault);
}

/// As run(), for what fills `read`, whose bytes may be elsewhere than in `scratch`.
template <class Do>
IOStatus run_reading(IoHook& hook, const Io& io, Slice* read, char* scratch, const Do& action) {
    const auto fault = hook.before(io);
    if (fault != IoFault::none && fault != IoFault::flipped_bit) return status_of(fault);
    auto done = action();
    if (!done.ok()) return done;
    hook.after(io);
    if (fault == IoFault::flipped_bit && !read->empty()) {
        if (read->data() != scratch) std::memmove(scratch, read->data(), read->size());
        scratch[read->size() / 2] = static_cast<char>(scratch[read->size() / 2] ^ 0x08);
        *read = Slice(scratch, read->size());
    }
    return done;
}

class SequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
public:
    SequentialFile(std::unique_ptr<rocksdb::FSSequentialFile>&& file, IoHook& hook, std::string path)
        : rocksdb::FSSequentialFileOwnerWrapper(std::move(file)), hook_(hook), path_(std::move(path)) {}

    IOStatus Read(std::size_t bytes, const IOOptions& options, Slice* read, char* scratch,
                  IODebugContext* debug) override {
        return run_reading(hook_, {.kind = IoKind::read, .path = path_, .data = {}}, read, scratch,
                           [&] { return target()->Read(bytes, options, read, scratch, debug); });
    }

private:
    IoHook& hook_;
    std::string path_;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
public:
    RandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, IoHook& hook, std::string path)
        : rocksdb::FSRandomAccessFileOwnerWrapper(std::move(file)), hook_(hook), path_(std::move(path)) {}

    IOStatus Read(std::uint64_t offset, std::size_t bytes, const IOOptions& options, Slice* read, char* scratch,
                  IODebugContext* debug) const override {
        return run_reading(hook_, {.kind = IoKind::read, .path = path_, .data = {}}, read, scratch,
                           [&] { return target()->Read(offset, bytes, options, read, scratch, debug); });
    }

    IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                       IODebugContext* debug) override {
        for (std::size_t i = 0; i < count; ++i) {
            auto& request = requests[i];
            request.status = Read(request.offset, request.len, options, &request.result, request.scratch, debug);
        }
        return IOStatus::OK();
    }

private:
    IoHook& hook_;
    std::string path_;
};

class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    WritableFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, IoHook& hook, std::string path)
        : rocksdb::FSWritableFileOwnerWrapper(std::move(file)), hook_(hook), path_(std::move(path)) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        const auto size = size_.load(std::memory_order_relaxed);
        const Io io{.kind = IoKind::append, .path = path_, .offset = size, .data = {data.data(), data.size()}};
        return run_writing(hook_, io, [&](const Slice& part) {
            size_.fetch_add(part.size(), std::memory_order_relaxed);
            return target()->Append(part, options, debug);
        });
    }

    IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& /*info*/,
                    IODebugContext* debug) override {
        return Append(data, options, debug);
    }

    /// Sets no room aside. In memory that is done by writing zeros: megabytes for each manifest and each log, most of
    /// what a test's many short stores would do.
    void PrepareWrite(std::size_t /*offset*/, std::size_t /*bytes*/, const IOOptions& /*options*/,
                      IODebugContext* /*debug*/) override {}

    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
        return run(hook_, {.kind = IoKind::sync, .path = path_, .data = {}},
                   [&] { return target()->Flush(options, debug); });
    }

    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }

    IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
        return run(hook_, {.kind = IoKind::close, .path = path_, .data = {}},
                   [&] { return target()->Close(options, debug); });
    }

private:
    IoHook& hook_;
    std::string path_;
    // The engine lets one thread write at a time. Its locks are not seen by ThreadSanitizer: it is built without.
    std::atomic<std::uint64_t> size_{0};
};

class OverwritableFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
public:
    OverwritableFile(std::unique_ptr<rocksdb::FSRandomRWFile>&& file, IoHook& hook, std::string path)
        : rocksdb::FSRandomRWFileOwnerWrapper(std::move(file)), hook_(hook), path_(std::move(path)) {}

    IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        const Io io{.kind = IoKind::overwrite, .path = path_, .offset = offset, .data = {data.data(), data.size()}};
        return run_writing(hook_, io, [&](const Slice& part) { return target()->Write(offset, part, options, debug); });
    }

    IOStatus Read(std::uint64_t offset, std::size_t bytes, const IOOptions& options, Slice* read, char* scratch,
                  IODebugContext* debug) const override {
        return run_reading(hook_, {.kind = IoKind::read, .path = path_, .data = {}}, read, scratch,
                           [&] { return target()->Read(offset, bytes, options, read, scratch, debug); });
    }

    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
        return run(hook_, {.kind = IoKind::sync, .path = path_, .data = {}},
                   [&] { return target()->Flush(options, debug); });
    }

    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }

private:
    [[nodiscard]] rocksdb::FSRandomRWFile* target() const { return FSRandomRWFileWrapper::target(); }

    IoHook& hook_;
    std::string path_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
public:
    Directory(std::unique_ptr<rocksdb::FSDirectory>&& directory, IoHook& hook, std::string path)
        : rocksdb::FSDirectoryWrapper(directory.get()),
          hook_(hook),
          path_(std::move(path)),
          directory_(std::move(directory)) {}

    IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
        return run(hook_, {.kind = IoKind::sync_directory, .path = path_, .data = {}}, [] { return IOStatus::OK(); });
    }

    IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                                 const rocksdb::DirFsyncOptions& /*what*/) override {
        return Fsync(options, debug);
    }

private:
    IoHook& hook_;
    std::string path_;
    std::unique_ptr<rocksdb::FSDirectory> directory_;
};

}  // namespace

std::string_view name(IoKind kind) noexcept {
    switch (kind) {
        case IoKind::open_to_read:
            return "open_to_read";
        case IoKind::read:
            return "read";
        case IoKind::create:
            return "create";
        case IoKind::append:
            return "append";
        case IoKind::open_to_overwrite:
            return "open_to_overwrite";
        case IoKind::overwrite:
            return "overwrite";
        case IoKind::sync:
            return "sync";
        case IoKind::close:
            return "close";
        case IoKind::rename:
            return "rename";
        case IoKind::remove:
            return "remove";
        case IoKind::sync_directory:
            return "sync_directory";
        case IoKind::list:
            return "list";
        case IoKind::ask_room:
            return "ask_room";
    }
    return "unknown";
}

bool changes_disk(IoKind kind) noexcept {
    return kind == IoKind::create || kind == IoKind::append || kind == IoKind::overwrite || kind == IoKind::sync ||
           kind == IoKind::rename || kind == IoKind::remove || kind == IoKind::sync_directory;
}

std::string_view name(IoFault fault) noexcept {
    switch (fault) {
        case IoFault::none:
            return "none";
        case IoFault::input_output_error:
            return "input_output_error";
        case IoFault::no_space:
            return "no_space";
        case IoFault::half_done:
            return "half_done";
        case IoFault::done_and_failed:
            return "done_and_failed";
        case IoFault::flipped_bit:
            return "flipped_bit";
    }
    return "unknown";
}

IOStatus HookedFileSystem::NewSequentialFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<rocksdb::FSSequentialFile>* file, IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::open_to_read, .path = path, .data = {}}, [&] {
        auto opened = target()->NewSequentialFile(path, options, file, debug);
        if (opened.ok()) *file = std::make_unique<SequentialFile>(std::move(*file), hook_, path);
        return opened;
    });
}

IOStatus HookedFileSystem::NewRandomAccessFile(const std::string& path, const FileOptions& options,
                                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                               IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::open_to_read, .path = path, .data = {}}, [&] {
        auto opened = target()->NewRandomAccessFile(path, options, file, debug);
        if (opened.ok()) *file = std::make_unique<RandomAccessFile>(std::move(*file), hook_, path);
        return opened;
    });
}

IOStatus HookedFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::create, .path = path, .data = {}}, [&] {
        auto opened = target()->NewWritableFile(path, options, file, debug);
        if (opened.ok()) *file = std::make_unique<WritableFile>(std::move(*file), hook_, path);
        return opened;
    });
}

IOStatus HookedFileSystem::NewRandomRWFile(const std::string& path, const FileOptions& options,
                                           std::unique_ptr<rocksdb::FSRandomRWFile>* file, IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::open_to_overwrite, .path = path, .data = {}}, [&] {
        auto opened = target()->NewRandomRWFile(path, options, file, debug);
        if (opened.ok()) *file = std::make_unique<OverwritableFile>(std::move(*file), hook_, path);
        return opened;
    });
}

IOStatus HookedFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                        std::unique_ptr<rocksdb::FSDirectory>* directory, IODebugContext* debug) {
    auto opened = target()->NewDirectory(path, options, directory, debug);
    if (opened.ok()) *directory = std::make_unique<Directory>(std::move(*directory), hook_, path);
    return opened;
}

IOStatus HookedFileSystem::GetChildren(const std::string& path, const IOOptions& options,
                                       std::vector<std::string>* names, IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::list, .path = path, .data = {}},
               [&] { return target()->GetChildren(path, options, names, debug); });
}

IOStatus HookedFileSystem::DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::remove, .path = path, .data = {}},
               [&] { return target()->DeleteFile(path, options, debug); });
}

IOStatus HookedFileSystem::RenameFile(const std::string& path, const std::string& new_path, const IOOptions& options,
                                      IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::rename, .path = path, .data = {}, .target = new_path},
               [&] { return target()->RenameFile(path, new_path, options, debug); });
}

IOStatus HookedFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options, std::uint64_t* bytes,
                                        IODebugContext* debug) {
    return run(hook_, {.kind = IoKind::ask_room, .path = path, .data = {}},
               [&] { return target()->GetFreeSpace(path, options, bytes, debug); });
}

HookedHost::HookedHost(IoHook& hook)
    : env_(make_sleepless_env(rocksdb::NewCompositeEnv(std::make_shared<HookedFileSystem>(hook)))) {}

storage::Host HookedHost::boot(std::uint64_t number) const {
    storage::BootId id{};
    std::memcpy(id.data(), &number, sizeof number);
    id.back() = 1;  // no run of the system is called by zeros only
    return {env_.get(), id};
}

storage::Host HookedHost::this_boot() const { return {env_.get(), storage::current_host().boot}; }

}  // namespace tokenstore::test
