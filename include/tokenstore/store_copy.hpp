// Consistent copies of a store, made beside the process that owns it: checkpoints, backups, and what a backup is put
// back from.
//
// A copy is the store as of one moment, as a process that was killed then would have left it, with everything in it
// synced. The source is only read. Table files never change, so copies share them by hard links where they can.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
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

/// Makes a store at `to`, which must not exist: it appears there whole or not at all. On the file system of the store
/// its table files are hard links, which takes milliseconds.
///
/// Errors: those of StoreReader::open for `store`; already_exists for `to`; io_error, disk_full. Nothing is left
/// behind.
[[nodiscard]] Result<CopySummary> checkpoint_store(const std::filesystem::path& store,
                                                   const std::filesystem::path& to) noexcept;

/// One backup in a repository, which is a folder of backups: each a store by itself, which every reading call can
/// open, and a file that lists the files with their checksums. A backup shares the table files that the one before it
/// has, too; each can be removed by itself.
struct Backup {
    std::filesystem::path directory;
    std::int64_t made_at_us = 0;
    CopySummary copy;
};

/// Adds a backup to the repository, which is made if it is missing. All of it is synced on return.
/// Errors: as above; corrupt where a table file changed while it was copied, or the newest backup's list is damaged.
[[nodiscard]] Result<Backup> make_backup(const std::filesystem::path& store, const std::filesystem::path& repository,
                                         const Clock& clock = system_clock()) noexcept;

/// From the oldest to the newest. Errors: store_missing where there is no such folder; corrupt, io_error.
[[nodiscard]] Result<std::vector<Backup>> list_backups(const std::filesystem::path& repository) noexcept;

/// Reads every file of a backup and compares it with the list. Errors: not_a_store where there is no list; corrupt,
/// naming the file; io_error.
[[nodiscard]] Result<Backup> check_backup(const std::filesystem::path& backup) noexcept;

/// Checks a backup, and makes a store of it at `to`, which must not exist; nothing is shared with the backup.
/// Errors: those of check_backup; already_exists, io_error, disk_full.
[[nodiscard]] Result<CopySummary> restore_backup(const std::filesystem::path& backup,
                                                 const std::filesystem::path& to) noexcept;

}  // namespace tokenstore
