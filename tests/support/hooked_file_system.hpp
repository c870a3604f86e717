// The engine's file system with a hook before and after each input and output: for counting them, failing them, ending
// the process at one of them, or remembering what a power failure would take. Syncs are the hook's to know of: they
// reach no disk, which no test would notice.
//
// Threads: any; so is the hook's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "storage/host.hpp"

namespace tokenstore::test {

enum class IoKind {
    open_to_read,
    read,
    create,  ///< a file to be written from its beginning, empty by this
    append,
    open_to_overwrite,
    overwrite,
    sync,
    close,
    rename,
    remove,
    sync_directory,
    list,
    ask_room,  ///< how much is free: before the engine tries to go on after a disk was full
};

[[nodiscard]] std::string_view name(IoKind kind) noexcept;

/// Whether it changes what is on disk, or makes a change last.
[[nodiscard]] bool changes_disk(IoKind kind) noexcept;

struct Io {
    IoKind kind = IoKind::read;
    std::string path;
    std::uint64_t offset = 0;  ///< of append and overwrite
    std::string_view data;     ///< of append and overwrite
    std::string target = {};   ///< of rename
};

enum class IoFault {
    none,
    input_output_error,
    no_space,
    half_done,        ///< an append or overwrite writes one half, then fails; anything else just fails
    done_and_failed,  ///< it is done whole, and fails
    flipped_bit,      ///< a read gives one wrong bit; anything else is done as asked
};

[[nodiscard]] std::string_view name(IoFault fault) noexcept;

class IoHook {
public:
    virtual ~IoHook() = default;
    virtual IoFault before(const Io& io) = 0;
    virtual void after(const Io& /*io*/) {}     ///< of one that was done
    virtual void not_done(const Io& /*io*/) {}  ///< of one that the hook let through in vain
};

class HookedFileSystem final : public rocksdb::FileSystemWrapper {
public:
    explicit HookedFileSystem(IoHook& hook) : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()), hook_(hook) {}

    [[nodiscard]] const char* Name() const override { return "HookedFileSystem"; }

    rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                        rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                          rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                      rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                   std::unique_ptr<rocksdb::FSDirectory>* directory,
                                   rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                  std::vector<std::string>* names, rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus RenameFile(const std::string& path, const std::string& target, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) override;
    rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, std::uint64_t* bytes,
                                   rocksdb::IODebugContext* debug) override;

private:
    IoHook& hook_;
};

/// A host whose stores do their input and output through a hook. The hook and this outlive the stores.
class HookedHost {
public:
    explicit HookedHost(IoHook& hook);

    /// On a run of the system that is told from others by its number.
    [[nodiscard]] storage::Host boot(std::uint64_t number) const;

    /// On the run of the system that it is in truth.
    [[nodiscard]] storage::Host this_boot() const;

private:
    std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace tokenstore::test
