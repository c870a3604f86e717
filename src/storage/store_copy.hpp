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
#include <optional>
#include <string>

#include <tokenstore/error.hpp>
#include <tokenstore/store_copy.hpp>

#include "codec/backup_list.hpp"
#include "storage/database.hpp"

namespace tokenstore::storage {

/// Brings one table file to its place, by a link or as a copy.
using PlaceTable = std::function<Result<void>(const TableFile& file, const std::filesystem::path& from,
                                              const std::filesystem::path& to)>;

/// Hears of bytes that were read or linked; its error ends the work and is its answer. May be empty.
using CopyStep = std::function<Result<void>(std::uint64_t bytes)>;

/// Fills an empty directory with the store that the view shows. `doubts` is the file IN_DOUBT as it was before the view
/// was opened: notes that came or went since belong to another moment than the view, and are answered with busy.
/// Synced, but for the entry in its parent and what `place` does not sync. Errors: busy; io_error, disk_full.
[[nodiscard]] Result<void> copy_view(const Database& view, const std::optional<std::string>& doubts,
                                     const std::filesystem::path& to, const PlaceTable& place);

/// A link to the same bytes, or, on another file system, a copy, synced. Answers whether it is a link.
[[nodiscard]] Result<bool> link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to,
                                        const CopyStep& step);

/// A copy, synced; answers the XXH3-64 of its bytes. Errors: busy where `from` is gone; io_error, disk_full.
[[nodiscard]] Result<std::uint64_t> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                                              const CopyStep& step);

/// Reads a file for its XXH3-64 and its size.
struct FileDigest {
    std::uint64_t bytes = 0;
    std::uint64_t checksum = 0;
};
[[nodiscard]] Result<FileDigest> digest_file(const std::filesystem::path& path, const CopyStep& step);

}  // namespace tokenstore::storage
