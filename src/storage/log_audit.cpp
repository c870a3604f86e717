#include "storage/log_audit.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include <rocksdb/env.h>

#include "storage/high_water_mark.hpp"
#include "storage/small_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

namespace fs = std::filesystem;

/// Hands a file to `take` in blocks of the log format.
template <class Take>
Result<void> read_in_blocks(const Host& host, const fs::path& path, const Take& take) {
    std::unique_ptr<rocksdb::SequentialFile> file;
    auto status = host.env->NewSequentialFile(path.string(), &file, rocksdb::EnvOptions());
    if (!status.ok()) return read_error(status, "reading the log " + path.filename().string());
    std::string buffer(codec::log_block_bytes, '\0');
    std::string block;
    for (;;) {
        rocksdb::Slice read;
        status = file->Read(codec::log_block_bytes - block.size(), &read, buffer.data());
        if (!status.ok()) return read_error(status, "reading the log " + path.filename().string());
        block.append(read.data(), read.size());
        if (block.size() < codec::log_block_bytes && !read.empty()) continue;  // a short read is not yet the end
        if (!block.empty()) take(std::string_view(block));
        if (block.size() < codec::log_block_bytes) return {};
        block.clear();
    }
}

struct Manifest {
    std::optional<LogDamage> damage;
    std::uint64_t number = 0;
    std::uint64_t oldest_log_needed = 0;
    std::uint64_t newest_log_flushed = 0;  // what older ones hold of some column family is in table files
    std::uint64_t last_sequence = 0;       // of the changes in table files
};

/// The number in a name of one of the engine's files; nothing for another name.
std::optional<std::uint64_t> number_in(std::string_view name, std::string_view before, std::string_view behind) {
    if (!name.starts_with(before) || !name.ends_with(behind)) return std::nullopt;
    name = name.substr(before.size(), name.size() - before.size() - behind.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return number;
}

/// Damage that is no torn end is the engine's to refuse; what was read until then only makes the audit stricter.
Result<Manifest> read_manifest(const Host& host, const fs::path& directory) {
    const auto current = read_small_file(host, directory / "CURRENT");
    if (!current) return current.error();
    if (!*current || !(*current)->ends_with('\n')) {
        return Error{ErrorCode::corrupt, WriteState::nothing_written, "the file CURRENT is missing or garbled"};
    }
    Manifest manifest;
    bool goes_on = false;
    codec::LogRecords records(
        [&manifest](std::string_view record, std::uint64_t /*offset*/) {
            const auto note = codec::decode_manifest_note(record);
            manifest.oldest_log_needed = note.oldest_log_needed.value_or(manifest.oldest_log_needed);
            manifest.newest_log_flushed = std::max(manifest.newest_log_flushed, note.log_number.value_or(0));
            manifest.last_sequence = std::max(manifest.last_sequence, note.last_sequence.value_or(0));
            return true;
        },
        {[](std::string_view payload) { return !payload.empty(); },
         [&goes_on](std::string_view /*payload*/) { goes_on = true; }});
    const auto name = (*current)->substr(0, (*current)->size() - 1);
    manifest.number = number_in(name, "MANIFEST-", "").value_or(0);
    auto read = read_in_blocks(host, directory / name, [&](std::string_view block) { records.add_block(block); });
    if (!read) {
        // CURRENT names a file that is not there, or cannot be read.
        auto error = std::move(read).error();
        std::error_code unknown;
        if (!fs::exists(directory / name, unknown)) error.code = ErrorCode::corrupt;
        return error;
    }
    records.end();
    if (records.fault() != codec::LogFault::none) {
        manifest.damage = {name, records.fault_offset(), records.fault(), goes_on};
    }
    return manifest;
}

struct LogFile {
    std::uint64_t number = 0;
    std::string name;
};

/// In the order in which they were begun.
Result<std::vector<LogFile>> list_logs(const Host& host, const fs::path& directory, std::uint64_t oldest_needed) {
    std::vector<std::string> names;
    const auto status = host.env->GetChildren(directory.string(), &names);
    if (!status.ok()) return read_error(status, "listing the store's directory");
    std::vector<LogFile> logs;
    for (auto& name : names) {
        const auto number = number_in(name, "", ".log");
        if (number && *number >= oldest_needed) logs.push_back({*number, std::move(name)});
    }
    std::ranges::sort(logs, {}, &LogFile::number);
    return logs;
}

/// What was synced into a log that is not needed any more is in table files.
bool is_needed(std::uint64_t log_number, const LogAudit& audit) noexcept {
    return log_number > 0 && log_number >= audit.oldest_log_needed;
}

/// Follows the numbering of changes through one log after the other.
class LogWalk {
public:
    explicit LogWalk(const Manifest& manifest)
        : next_sequence_(manifest.last_sequence + 1),
          may_begin_in_tables_(manifest.newest_log_flushed > manifest.oldest_log_needed),
          is_flushed_in_part_(may_begin_in_tables_ && manifest.newest_log_flushed > manifest.number) {
        audit_.manifest_damage = manifest.damage;
        audit_.manifest_number = manifest.number;
        audit_.oldest_log_needed = manifest.oldest_log_needed;
        // The engine syncs all older logs before it takes note of a flush.
        if (is_flushed_in_part_) audit_.noted_sequence = manifest.last_sequence;
    }

    Result<void> read(const Host& host, const fs::path& directory, const LogFile& log) {
        audit_.logs.push_back(log.number);
        audit_.last_log = log.name;
        audit_.last_log_bytes = 0;
        codec::LogRecords records([this](std::string_view record, std::uint64_t /*offset*/) { return take(record); },
                                  {[this](std::string_view payload) { return may_be_later(payload); },
                                   [this](std::string_view payload) { keep_behind(payload); }});
        auto read = read_in_blocks(host, directory / log.name, [&](std::string_view block) {
            audit_.last_log_bytes += block.size();
            records.add_block(block);
        });
        if (!read) return read;
        records.end();
        const auto fault = records.fault();
        if (!audit_.damage && fault != codec::LogFault::none) {
            audit_.damage = {log.name, records.fault_offset(), fault, goes_on_};
        } else if (audit_.damage) {
            // A recovery that was killed leaves a log with a batch without changes, or a part of one.
            const bool is_damaged = fault != codec::LogFault::none && fault != codec::LogFault::cut_short;
            audit_.damage->goes_on_behind = audit_.damage->goes_on_behind || goes_on_ || is_damaged;
        }
        if (is_flushed_in_part_) may_begin_in_tables_ = false;  // without a change the oldest log would not be needed
        return {};
    }

    [[nodiscard]] LogAudit audit() && { return std::move(audit_); }

private:
    /// False for a batch that does not go on where the log stands.
    bool take(std::string_view record) {
        const auto batch = codec::decode_batch_head(record);
        if (!batch) return false;
        note(record);
        if (audit_.damage && !goes_on_ && batch->changes > 0 && batch->first_sequence == next_sequence_) {
            audit_.damage.reset();
            audit_.has_forgotten_record = true;
            may_begin_in_tables_ = false;
        }
        if (audit_.damage) {
            goes_on_ = goes_on_ || batch->changes > 0;
            return true;
        }
        if (batch->changes == 0) return true;  // changes nothing, and is not numbered alike in all versions
        const bool follows =
            may_begin_in_tables_ ? batch->first_sequence <= next_sequence_ : batch->first_sequence == next_sequence_;
        if (!follows) {
            goes_on_ = true;
            return false;
        }
        may_begin_in_tables_ = false;
        next_sequence_ = batch->next_sequence();
        audit_.proven_sequence = next_sequence_ - 1;
        return true;
    }

    bool may_be_later(std::string_view payload) const {
        const auto batch = codec::decode_batch_head(payload);
        // A log holds fewer changes than this, so that garbage hardly ever passes.
        constexpr std::uint64_t far = std::uint64_t{1} << 32U;
        return batch && batch->first_sequence >= next_sequence_ && batch->first_sequence - next_sequence_ < far;
    }

    void keep_behind(std::string_view payload) {
        goes_on_ = true;
        note(payload);
    }

    void note(std::string_view record) {
        const auto found = codec::find_batch_note(record);
        if (found && is_needed(found->synced.log_number, audit_)) {
            audit_.noted_sequence = std::max(audit_.noted_sequence, found->synced.sequence);
        }
    }

    LogAudit audit_;
    std::uint64_t next_sequence_;
    bool may_begin_in_tables_;  // until the first change was met: the flush of a column family may have taken it
    bool is_flushed_in_part_;   // by the opening that began the manifest, which numbers no flush of its own
    bool goes_on_ = false;
};

Result<LogAudit> read_once(const Host& host, const fs::path& directory, const std::optional<codec::HighWater>& mark) {
    auto manifest = read_manifest(host, directory);
    if (!manifest) return std::move(manifest).error();
    // What stood in older logs when the mark was begun had been brought into table files. The manifest does not say so
    // where that was nothing at all: a log with one torn record, say.
    const bool same_opening = mark && mark->first_log + 1 == manifest->number;
    if (same_opening) manifest->oldest_log_needed = std::max(manifest->oldest_log_needed, mark->first_log);
    const auto logs = list_logs(host, directory, manifest->oldest_log_needed);
    if (!logs) return logs.error();
    LogWalk walk(*manifest);
    for (const auto& log : *logs) {
        if (auto read = walk.read(host, directory, log); !read) return std::move(read).error();
    }
    return std::move(walk).audit();
}

}  // namespace

Result<LogAudit> audit_log(const Host& host, const fs::path& directory, const std::optional<codec::HighWater>& mark) {
    auto first = read_once(host, directory, mark);
    if (!first || (!first->damage && !first->manifest_damage)) return first;
    auto second = read_once(host, directory, mark);
    if (second && *first != *second) {
        return Error{ErrorCode::io_error, WriteState::nothing_written, "two readings of the log gave different bytes"};
    }
    return second;
}

namespace {

bool lacks_oldest_log(const LogAudit& audit) noexcept {
    // A smaller number was given while opening, and may be that of no log.
    const bool is_certain = audit.oldest_log_needed + 1 >= audit.manifest_number;
    return is_certain && !std::ranges::binary_search(audit.logs, audit.oldest_log_needed);
}

/// The last change that must be there.
std::uint64_t synced_sequence(const LogAudit& audit, const codec::HighWater& mark) noexcept {
    const auto marked = is_needed(mark.synced.log_number, audit) ? mark.synced.sequence : 0;
    return std::max(marked, audit.noted_sequence);
}

}  // namespace

LogVerdict judge(const LogAudit& audit, const std::optional<codec::HighWater>& mark,
                 const std::optional<BootId>& boot) noexcept {
    if (!mark) return LogVerdict::mark_missing;
    if (lacks_oldest_log(audit)) return LogVerdict::log_missing;
    const bool lacks_synced = synced_sequence(audit, *mark) > audit.proven_sequence;
    if (!audit.damage) return lacks_synced ? LogVerdict::cut : LogVerdict::whole;
    if (lacks_synced) return LogVerdict::damaged;
    const bool same_boot = boot && *boot == mark->boot;
    const auto& damage = *audit.damage;
    const bool is_torn_end = damage.fault == codec::LogFault::cut_short && !damage.goes_on_behind;
    return !same_boot || is_torn_end ? LogVerdict::unsynced_end : LogVerdict::damaged;
}

bool has_torn_manifest(const LogAudit& audit, const std::optional<codec::HighWater>& mark,
                       const std::optional<BootId>& boot) noexcept {
    if (!audit.manifest_damage || audit.manifest_damage->goes_on_behind || !mark) return false;
    const bool same_boot = boot && *boot == mark->boot;
    return !same_boot && audit.manifest_damage->fault != codec::LogFault::cut_short;
}

std::string describe(LogVerdict verdict, const LogAudit& audit, const std::optional<codec::HighWater>& mark) {
    switch (verdict) {
        case LogVerdict::whole:
            return "the log is whole";
        case LogVerdict::unsynced_end:
        case LogVerdict::damaged:
            return "the log " + audit.damage->file + " is " + std::string(codec::describe(audit.damage->fault)) +
                   ", at offset " + std::to_string(audit.damage->offset);
        case LogVerdict::cut:
            return (audit.logs.empty()
                        ? "there is no log"
                        : "the log " + audit.last_log + " ends with change " + std::to_string(audit.proven_sequence) +
                              ", at offset " + std::to_string(audit.last_log_bytes)) +
                   ", but change " + std::to_string(mark ? synced_sequence(audit, *mark) : 0) + " had been synced";
        case LogVerdict::log_missing:
            return "the log number " + std::to_string(audit.oldest_log_needed) +
                   ", the oldest that is needed, is missing";
        case LogVerdict::mark_missing:
            return std::string("the file ") + high_water_file_name +
                   ", which tells how far the log was synced, is missing or unreadable";
    }
    return "unknown";
}

}  // namespace tokenstore::storage
