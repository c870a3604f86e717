// The store's directory before the engine sees it: what is in it, who owns it, and making it.
//
// The engine would happily make a new database over the remains of a damaged one, or inside a folder full of somebody
// else's files. So nothing is made unless the directory is missing or empty; a half-made store carries a marker until
// its first open is complete.
#pragma once

#include <filesystem>

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

/// Makes the directory, mode 0700, or takes over an empty or half-made one: its mode becomes 0700, the remains of the
/// half-made store go, and the marker is set. The directory's entry in its parent is synced.
[[nodiscard]] Result<void> begin_store(const std::filesystem::path& directory);

/// Removes the marker: from now on the directory holds a store.
[[nodiscard]] Result<void> finish_store(const std::filesystem::path& directory);

/// Refuses a directory of another user, one that others can write, and one that cannot be written at all.
[[nodiscard]] Result<void> check_ownership(const std::filesystem::path& directory);

}  // namespace tokenstore::storage
