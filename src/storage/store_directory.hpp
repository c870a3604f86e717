// The store's directory around the engine: claiming it, what is in it, who owns it, and making a store in it.
//
// The engine would happily make a new database over the remains of a damaged one, or inside a folder full of somebody
// else's files. So nothing is made unless the directory is missing or empty; a half-made store carries a marker until
// its first open is complete. Two openers, threads or processes, take turns: the one that comes second finds a finished
// store, and the engine's own lock on it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>

#include <tokenstore/error.hpp>

namespace tokenstore::storage {

enum class DirectoryContent {
    missing,    ///< no such directory
    empty,      ///< nothing in it
    half_made,  ///< the making of a store in it was cut short: nothing was ever acknowledged there
    store,      ///< a database of ours, or of a newer format
    damaged,    ///< parts of a database, without the file that makes it one
    foreign,    ///< something else
};

/// Looks without changing anything. Errors: io_error, read_only_directory when it may not be looked into.
[[nodiscard]] Result<DirectoryContent> examine_directory(const std::filesystem::path& directory);

/// The directory as claimed by one opener of this process. One thread at a time.
class StoreDirectory {
public:
    /// Claims the directory: waits for another opener that is just opening, and refuses if this process has the store
    /// open. With `make` a missing directory is made, mode 0700, and its entry in its parent synced.
    /// Errors: store_missing, not_a_store if it is no directory, held_by_another_process naming this process,
    /// read_only_directory, io_error.
    [[nodiscard]] static Result<std::unique_ptr<StoreDirectory>> claim(const std::filesystem::path& directory,
                                                                       bool make);

    /// Gives the claim up.
    ~StoreDirectory();
    StoreDirectory(const StoreDirectory&) = delete;
    StoreDirectory& operator=(const StoreDirectory&) = delete;

    /// Refuses a directory of another user, one that others can write, and one that cannot be written at all. One that
    /// is about to be taken over may still be open to others: begin_store() closes it.
    [[nodiscard]] Result<void> check_ownership(bool taking_over) const;

    /// Takes over the directory, which is empty or holds a half-made store: mode 0700, the marker set, the remains of
    /// the half-made store removed.
    [[nodiscard]] Result<void> begin_store() const;

    /// Removes the marker: from now on the directory holds a store.
    [[nodiscard]] Result<void> finish_store() const;

    /// Lets the next opener look: the engine's own lock keeps it out from now on.
    void end_opening() noexcept;

private:
    StoreDirectory(std::filesystem::path path, int descriptor, dev_t device, ino_t inode);

    std::filesystem::path path_;
    int descriptor_;  // of the directory, locked while opening; -1 afterwards
    dev_t device_;
    ino_t inode_;
};

}  // namespace tokenstore::storage
