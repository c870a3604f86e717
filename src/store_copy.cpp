// Checkpoints, backups and restores: the folders around a copy of a store, and its list of files.
#include <tokenstore/store_copy.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "codec/backup_list.hpp"
#include "storage/database.hpp"
#include "storage/in_doubt_file.hpp"
#include "storage/new_folder.hpp"
#include "storage/small_file.hpp"
#include "storage/status_error.hpp"
#include "storage/store_copy.hpp"

namespace tokenstore {

namespace {

namespace fs = std::filesystem;

constexpr const char* list_name = "BACKUP";
constexpr std::size_t name_digits = 6;

Error error(ErrorCode code, std::string message) { return {code, WriteState::nothing_written, std::move(message)}; }

fs::path without_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

/// Counts what was done, and asks whether to go on.
class Way {
public:
    explicit Way(const CopyWatch& watch) : watch_(watch) {}

    void begin(std::uint64_t total_bytes) noexcept {
        done_bytes_ = 0;
        total_bytes_ = total_bytes;
    }

    /// What the copying of files reports to. Borrows this.
    [[nodiscard]] storage::CopyStep step() {
        return [this](std::uint64_t bytes) -> Result<void> {
            done_bytes_ += bytes;
            if (!watch_ || watch_(done_bytes_, total_bytes_)) return {};
            return error(ErrorCode::stopped, "the copy was stopped as the caller asked");
        };
    }

private:
    const CopyWatch& watch_;
    std::uint64_t done_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
};

Result<std::uint64_t> bytes_of_tables(const storage::Database& view) {
    const auto tables = view.table_files();
    if (!tables) return tables.error();
    std::uint64_t bytes = 0;
    for (const auto& table : *tables) bytes += table.bytes;
    return bytes;
}

/// Copies a moment of the store into the folder. An owner that drops files meanwhile makes it begin anew.
Result<CopySummary> copy_moment(const fs::path& store, const storage::NewFolder& folder, Way& way,
                                const std::function<storage::PlaceTable(const storage::Database&)>& placing,
                                CopySummary& summary) {
    constexpr int attempts = 20;
    for (int attempt = 1;; ++attempt) {
        const auto doubts = storage::read_small_file(storage::current_host(), store / storage::in_doubt_file_name);
        if (!doubts) return doubts.error();
        const auto view = storage::Database::open_view(store, ReaderOptions{});
        if (!view) return view.error();
        const auto bytes = bytes_of_tables(**view);
        if (!bytes) return bytes.error();
        way.begin(*bytes);
        summary = {};
        summary.sequence = (*view)->latest_sequence();
        auto copied = storage::copy_view(**view, *doubts, folder.path(), placing(**view));
        if (copied) return summary;
        if (copied.error().code != ErrorCode::busy || attempt == attempts) return std::move(copied).error();
        if (auto emptied = folder.empty(); !emptied) return std::move(emptied).error();
    }
}

/// A copy that cannot be opened is none.
Result<void> prove(const fs::path& copy) {
    const auto view = storage::Database::open_view(copy, ReaderOptions{});
    if (!view) return view.error();
    return {};
}

Result<void> sum_up(const fs::path& folder, CopySummary& summary) {
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
        if (entry->path().filename() == list_name) continue;
        const auto bytes = entry->file_size(failure);
        if (failure) break;
        ++summary.files;
        summary.bytes += bytes;
    }
    if (failure) return storage::system_error(failure.value(), "reading the folder of the copy");
    return {};
}

// ---- Backups
// ---------------------------------------------------------------------------------------------------------

Result<void> make_repository(const fs::path& repository) {
    if (::mkdir(repository.c_str(), S_IRWXU) == 0) {
        return storage::sync_directory(storage::current_host(),
                                       repository.has_parent_path() ? repository.parent_path() : fs::path("."));
    }
    if (errno == EEXIST) return {};
    return storage::system_error(errno, "making the folder of backups");
}

std::optional<std::uint64_t> number_of(const fs::path& backup) {
    const auto name = backup.filename().string();
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failure != std::errc() || end != name.data() + name.size() || name.size() < name_digits) return std::nullopt;
    return number;
}

std::string name_of(std::uint64_t number) {
    const auto digits = std::to_string(number);
    return std::string(name_digits - std::min(name_digits, digits.size()), '0') + digits;
}

/// The backups of a repository by their numbers. A folder in the making is none.
Result<std::map<std::uint64_t, fs::path>> find_backups(const fs::path& repository) {
    std::map<std::uint64_t, fs::path> found;
    std::error_code failure;
    for (fs::directory_iterator entry(repository, failure), end; !failure && entry != end; entry.increment(failure)) {
        if (const auto number = number_of(entry->path())) found.emplace(*number, entry->path());
    }
    if (failure == std::errc::no_such_file_or_directory) {
        return error(ErrorCode::store_missing, "there is no folder of backups");
    }
    if (failure) return storage::system_error(failure.value(), "reading the folder of backups");
    return found;
}

Result<codec::BackupList> read_list(const fs::path& backup) {
    const auto text = storage::read_small_file(storage::current_host(), backup / list_name);
    if (!text) return text.error();
    if (!*text) return error(ErrorCode::not_a_store, "the folder is no backup: it has no file BACKUP");
    auto list = codec::decode_backup_list(**text);
    if (!list) return error(ErrorCode::corrupt, "the file BACKUP, the list of the backup's files, is damaged");
    return *std::move(list);
}

Backup described(const fs::path& directory, const codec::BackupList& list) {
    Backup backup{directory, list.made_at_us, {.sequence = list.sequence, .files = list.files.size()}};
    for (const auto& file : list.files) backup.copy.bytes += file.bytes;
    return backup;
}

/// What the newest backup with a readable list of table files has, by identity.
using KnownTables = std::map<std::string, std::pair<fs::path, codec::BackupFile>>;

KnownTables tables_of(const std::map<std::uint64_t, fs::path>& backups) {
    KnownTables known;
    auto older = backups.end();
    while (known.empty() && older != backups.begin()) {
        const auto& backup = (--older)->second;
        auto list = read_list(backup);
        if (!list) continue;
        for (auto& file : list->files) {
            if (!file.identity.empty()) known.emplace(file.identity, std::pair(backup / file.name, file));
        }
    }
    return known;
}

/// Places table files for a backup, and notes what it knows of them then.
class BackupTables {
public:
    BackupTables(KnownTables known, Way& way) : known_(std::move(known)), step_(way.step()) {}

    [[nodiscard]] Result<void> begin(const storage::Database& view) {
        noted_.clear();
        auto identities = view.table_identities();
        if (!identities) return std::move(identities).error();
        identities_ = *std::move(identities);
        return {};
    }

    [[nodiscard]] Result<void> place(const storage::Database& view, const storage::TableFile& file,
                                     const fs::path& from, const fs::path& to, CopySummary& summary) {
        const auto identity = identities_.find(file.name);
        if (identity == identities_.end()) {
            return error(ErrorCode::busy, "the table file " + file.name + " is not known");
        }
        codec::BackupFile noted{file.name, file.bytes, 0, identity->second};
        const auto known = known_.find(identity->second);
        const auto shared = known == known_.end() ? std::nullopt : share(known->second, file, to, summary);
        if (shared) {
            noted.checksum = *shared;
        } else {
            const auto checksum = storage::copy_file(from, to, step_);
            if (!checksum) return checksum.error();
            // The copy, and not what it was made from: a second reading may differ.
            if (auto sound = view.check_table_file(file, to); !sound) return damaged_source(std::move(sound).error());
            noted.checksum = *checksum;
        }
        noted_.emplace(file.name, std::move(noted));
        return {};
    }

    /// The list of all files in the folder; those that are no tables are read for it.
    [[nodiscard]] Result<codec::BackupList> list(const fs::path& folder) const {
        codec::BackupList list;
        std::map<std::string, codec::BackupFile> files = noted_;
        std::error_code failure;
        for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
            const auto name = entry->path().filename().string();
            if (files.contains(name)) continue;
            const auto digest = storage::digest_file(entry->path(), {});
            if (!digest) return digest.error();
            files.emplace(name, codec::BackupFile{name, digest->bytes, digest->checksum, {}});
        }
        if (failure) return storage::system_error(failure.value(), "reading the folder of the backup");
        for (auto& [name, file] : files) list.files.push_back(std::move(file));
        return list;
    }

private:
    /// The checksum of a file of the backup before, which now stands at `to`, too. Nothing where that is not as it is
    /// listed: somebody may have removed half of the backup.
    std::optional<std::uint64_t> share(const std::pair<fs::path, codec::BackupFile>& known,
                                       const storage::TableFile& file, const fs::path& to, CopySummary& summary) const {
        std::error_code unknown;
        const bool is_whole = known.second.bytes == file.bytes && fs::is_regular_file(known.first, unknown) &&
                              fs::file_size(known.first, unknown) == file.bytes;
        if (unknown || !is_whole) return std::nullopt;
        const auto linked = storage::link_or_copy(known.first, to, step_);
        if (!linked) {
            fs::remove(to, unknown);
            return std::nullopt;
        }
        if (*linked) summary.shared_bytes += file.bytes;
        return known.second.checksum;
    }

    /// A backup of damage would push good ones out.
    static Error damaged_source(Error found) {
        if (found.code != ErrorCode::corrupt) return found;
        found.message +=
            "; the store is damaged and was not backed up: verify says more, checkpoint copies it as it is";
        return found;
    }

    KnownTables known_;
    storage::CopyStep step_;
    std::map<std::string, std::string> identities_;
    std::map<std::string, codec::BackupFile> noted_;
};

Result<void> check_file(const fs::path& backup, const codec::BackupFile& file, const storage::CopyStep& step) {
    const auto digest = storage::digest_file(backup / file.name, step);
    if (!digest) {
        auto failure = digest.error();
        if (failure.code != ErrorCode::busy) return failure;
        return error(ErrorCode::corrupt, "the backup lacks its file " + file.name);
    }
    if (digest->bytes == file.bytes && digest->checksum == file.checksum) return {};
    return error(ErrorCode::corrupt, "the file " + file.name + " of the backup is not as it was written");
}

/// What the system refuses its library is answered, too.
template <class Call>
auto guarded(Call call) noexcept -> decltype(call()) try {
    return call();
} catch (const std::system_error& failure) {
    return error(ErrorCode::internal, std::string("the engine could not be started: ") + failure.code().message());
}

}  // namespace

Result<CopySummary> checkpoint_store(const fs::path& store, const fs::path& to, const CopyWatch& watch) noexcept {
    return guarded([&]() -> Result<CopySummary> {
        auto folder = storage::NewFolder::beside(to);
        if (!folder) return std::move(folder).error();
        CopySummary summary;
        Way way(watch);
        const auto step = way.step();
        const auto placing = [&](const storage::Database&) -> storage::PlaceTable {
            return [&](const storage::TableFile& file, const fs::path& from, const fs::path& at) {
                const auto linked = storage::link_or_copy(from, at, step);
                if (!linked) return Result<void>(linked.error());
                if (*linked) summary.shared_bytes += file.bytes;
                return Result<void>();
            };
        };
        if (auto copied = copy_moment(store, *folder, way, placing, summary); !copied) return std::move(copied).error();
        if (auto proven = prove(folder->path()); !proven) return std::move(proven).error();
        if (auto summed = sum_up(folder->path(), summary); !summed) return std::move(summed).error();
        if (auto placed = folder->put_in_place(); !placed) return std::move(placed).error();
        return summary;
    });
}

Result<Backup> make_backup(const fs::path& store, const fs::path& repository, const Clock& clock,
                           const CopyWatch& watch) noexcept {
    return guarded([&]() -> Result<Backup> {
        if (auto made = make_repository(without_slash(repository)); !made) return std::move(made).error();
        const auto backups = find_backups(repository);
        if (!backups) return backups.error();
        const auto number = backups->empty() ? 1 : backups->rbegin()->first + 1;
        const auto directory = without_slash(repository) / name_of(number);
        auto folder = storage::NewFolder::beside(directory);
        if (!folder) return std::move(folder).error();

        Way way(watch);
        BackupTables tables(tables_of(*backups), way);
        CopySummary summary;
        const auto made_at_us = clock.wall_us();
        const auto placing = [&](const storage::Database& view) -> storage::PlaceTable {
            auto begun = tables.begin(view);
            return [&, begun](const storage::TableFile& file, const fs::path& from, const fs::path& to) {
                return begun ? tables.place(view, file, from, to, summary) : begun;
            };
        };
        if (auto copied = copy_moment(store, *folder, way, placing, summary); !copied) return std::move(copied).error();
        if (auto proven = prove(folder->path()); !proven) return std::move(proven).error();
        auto list = tables.list(folder->path());
        if (!list) return std::move(list).error();
        list->made_at_us = made_at_us;
        list->sequence = summary.sequence;
        const auto host = storage::current_host();
        if (auto written = storage::make_small_file(host, folder->path() / list_name, codec::encode_backup_list(*list));
            !written) {
            return std::move(written).error();
        }
        if (auto synced = storage::sync_directory(host, folder->path()); !synced) return std::move(synced).error();
        if (auto placed = folder->put_in_place(); !placed) return std::move(placed).error();
        auto backup = described(directory, *list);
        backup.copy.shared_bytes = summary.shared_bytes;
        return backup;
    });
}

Result<std::vector<ListedBackup>> list_backups(const fs::path& repository) noexcept {
    return guarded([&]() -> Result<std::vector<ListedBackup>> {
        const auto found = find_backups(repository);
        if (!found) return found.error();
        std::vector<ListedBackup> backups;
        for (const auto& [number, directory] : *found) {
            auto list = read_list(directory);
            backups.push_back(
                {directory, list ? Result<Backup>(described(directory, *list)) : std::move(list).error()});
        }
        return backups;
    });
}

Result<Backup> check_backup(const fs::path& backup, const CopyWatch& watch) noexcept {
    return guarded([&]() -> Result<Backup> {
        const auto list = read_list(backup);
        if (!list) return list.error();
        auto found = described(without_slash(backup), *list);
        Way way(watch);
        way.begin(found.copy.bytes);
        for (const auto& file : list->files) {
            if (auto checked = check_file(backup, file, way.step()); !checked) return std::move(checked).error();
        }
        return found;
    });
}

Result<CopySummary> restore_backup(const fs::path& backup, const fs::path& to, const CopyWatch& watch,
                                   const BeforePlacing& before_placing) noexcept {
    return guarded([&]() -> Result<CopySummary> {
        const auto list = read_list(backup);
        if (!list) return list.error();
        auto folder = storage::NewFolder::beside(to);
        if (!folder) return std::move(folder).error();
        const auto found = described(without_slash(backup), *list);
        Way way(watch);
        way.begin(found.copy.bytes);
        for (const auto& file : list->files) {
            const auto checksum = storage::copy_file(backup / file.name, folder->path() / file.name, way.step());
            if (!checksum && checksum.error().code == ErrorCode::stopped) return checksum.error();
            // What is missing or differs is named in the words of a check.
            if (!checksum || *checksum != file.checksum) {
                if (auto checked = check_file(backup, file, {}); !checked) return std::move(checked).error();
                return checksum ? error(ErrorCode::io_error, "two readings of " + file.name + " gave different bytes")
                                : checksum.error();
            }
        }
        if (auto synced = storage::sync_directory(storage::current_host(), folder->path()); !synced) {
            return std::move(synced).error();
        }
        if (auto proven = prove(folder->path()); !proven) return std::move(proven).error();
        if (before_placing) {
            const auto wanted = before_placing(folder->path(), found);
            if (!wanted) return wanted.error();
            if (!*wanted) return error(ErrorCode::stopped, "the store was not put in its place, as the caller asked");
        }
        if (auto placed = folder->put_in_place(); !placed) return std::move(placed).error();
        return found.copy;
    });
}

}  // namespace tokenstore
