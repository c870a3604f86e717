// Copying the files of a store: those that a view consists of, as far as each is proven.
//
// An owner may drop a file between the view's opening and its copying: then the answer is `busy`, and a new view is to
// be copied.
//
// Threads: any; one copy into one directory at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <tokenstore/error.hpp>
#include <tokenstore/store_copy.hpp>

#include "codec/backup_list.hpp"
#include "storage/database.hpp"

namespace tokenstore::storage {

/// Brings one table file to its place, by a link or as a copy.
using PlaceTable = std::function<Result<void>(const TableFile& file, const std::filesystem::path& from,
                                              const std::filesystem::path& to)>;

/// Fills an empty directory with the store that the view shows. Synced, but for the entry in its parent and what
/// `place` does not sync. Errors: busy; io_error, disk_full.
[[nodiscard]] Result<void> copy_view(const Database& view, const std::filesystem::path& to, const PlaceTable& place);

/// A link to the same bytes, or, on another file system, a copy, synced. Answers whether it is a link.
[[nodiscard]] Result<bool> link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to);

/// A copy, synced; answers the XXH3-64 of its bytes. Errors: busy where `from` is gone; io_error, disk_full.
[[nodiscard]] Result<std::uint64_t> copy_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Reads a file for its XXH3-64 and its size.
struct FileDigest {
    std::uint64_t bytes = 0;
    std::uint64_t checksum = 0;
};
[[nodiscard]] Result<FileDigest> digest_file(const std::filesystem::path& path);

}  // namespace tokenstore::storage
