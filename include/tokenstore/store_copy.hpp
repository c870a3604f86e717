// Consistent copies of a store, made beside the process that owns it: checkpoints, backups, and what a backup is put
// back from.
//
// A copy is the store as of one moment, as a process that was killed then would have left it, with everything in it
// synced. The source is only read. Table files never change, so copies share them by hard links where they can.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include <tokenstore/clock.hpp>
#include <tokenstore/error.hpp>

namespace tokenstore {

struct CopySummary {
    std::uint64_t sequence = 0;      ///< of the last change in the copy
    std::uint64_t files = 0;         ///< files of the copy
    std::uint64_t bytes = 0;         ///< their size
    std::uint64_t shared_bytes = 0;  ///< of these what takes no room of its own: hard links
};

/// Hears now and then how far a copy has come, and answers whether to go on: false ends the call with `stopped`, and
/// nothing is left of it. `total_bytes` is an estimate. May be empty.
using CopyWatch = std::function<bool(std::uint64_t done_bytes, std::uint64_t total_bytes)>;

/// Makes a store at `to`, which must not exist: it appears there whole or not at all. On the file system of the store
/// its table files are hard links, which takes milliseconds. They are not read: what is damaged in the store is so in
/// the copy.
///
/// While it is made it is in the folder `to`.making. What a killed process left there is used up by the next call.
///
/// Errors: those of StoreReader::open for `store`; already_exists for `to`; busy while another process makes the same
/// copy; stopped; io_error, disk_full. Nothing is left behind.
[[nodiscard]] Result<CopySummary> checkpoint_store(const std::filesystem::path& store, const std::filesystem::path& to,
                                                   const CopyWatch& watch = {}) noexcept;

/// One backup in a repository, which is a folder of backups: each a store by itself, which every reading call can
/// open, and a file that lists the files with their checksums. A backup shares the table files that the one before it
/// has, too; each can be removed by itself.
struct Backup {
    std::filesystem::path directory;
    std::int64_t made_at_us = 0;
    CopySummary copy;
};

/// Adds a backup to the repository, which is made if it is missing. All of it is synced on return. Every table file
/// that it does not share is checked before it is copied.
/// Errors: as above; corrupt where the store is damaged.
[[nodiscard]] Result<Backup> make_backup(const std::filesystem::path& store, const std::filesystem::path& repository,
                                         const Clock& clock = system_clock(), const CopyWatch& watch = {}) noexcept;

/// A numbered folder of a repository, and the backup in it: or not_a_store where it has no list of files; corrupt where
/// the list is damaged; io_error.
struct ListedBackup {
    std::filesystem::path directory;
    Result<Backup> backup;
};

/// From the oldest to the newest; a bad one hides no other. Errors: store_missing where there is no such folder;
/// io_error.
[[nodiscard]] Result<std::vector<ListedBackup>> list_backups(const std::filesystem::path& repository) noexcept;

/// Reads every file of a backup and compares it with the list. Errors: not_a_store where there is no list; corrupt,
/// naming the file; stopped; io_error.
[[nodiscard]] Result<Backup> check_backup(const std::filesystem::path& backup, const CopyWatch& watch = {}) noexcept;

/// Looks at a store that is made from a backup before it is put in its place, and may change it (TokenStore), closing
/// it again. False removes it, and the restore is answered with `stopped`; so does an error, which is its answer then.
using BeforePlacing = std::function<Result<bool>(const std::filesystem::path& made, const Backup& backup)>;

/// Checks a backup, and makes a store of it at `to`, which must not exist; nothing is shared with the backup. It
/// appears there whole or not at all, as with checkpoint_store.
/// Errors: those of check_backup; already_exists, busy, io_error, disk_full.
[[nodiscard]] Result<CopySummary> restore_backup(const std::filesystem::path& backup, const std::filesystem::path& to,
                                                 const CopyWatch& watch = {},
                                                 const BeforePlacing& before_placing = {}) noexcept;

}  // namespace tokenstore
