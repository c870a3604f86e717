#include "storage/log_audit.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <rocksdb/env.h>

#include "storage/high_water_mark.hpp"
#include "storage/log_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

namespace fs = std::filesystem;

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
        const auto number = number_in_name(name, "", ".log");
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
    LogWalk(const Manifest& manifest, std::uint64_t oldest_log_needed)
        : next_sequence_(manifest.last_sequence + 1),
          may_begin_in_tables_(manifest.newest_log_flushed > oldest_log_needed),
          is_flushed_in_part_(may_begin_in_tables_ && manifest.newest_log_flushed > manifest.number) {
        audit_.manifest_number = manifest.number;
        audit_.oldest_log_needed = oldest_log_needed;
        // The engine syncs all older logs before it takes note of a flush.
        if (is_flushed_in_part_) audit_.noted_sequence = manifest.last_sequence;
    }

    Result<void> read(const Host& host, const fs::path& directory, const LogFile& log) {
        audit_.logs.push_back(log.number);
        audit_.last_log = log.name;
        codec::LogRecords records([this](std::string_view record, std::uint64_t /*offset*/) { return take(record); },
                                  {[this](std::string_view payload) { return may_be_later(payload); },
                                   [this](std::string_view payload) { keep_behind(payload); }});
        const auto bytes = read_log_file(host, directory / log.name, records);
        if (!bytes) return bytes.error();
        audit_.last_log_bytes = *bytes;
        const auto fault = records.fault();
        if (!audit_.damage && fault != codec::LogFault::none) {
            audit_.damage = {log.name, records.fault_offset(), fault, goes_on_};
        } else if (audit_.damage) {
            // A recovery that was killed leaves a log with a batch without changes, or a part of one.
            const bool is_damaged = fault != codec::LogFault::none && fault != codec::LogFault::cut_short;
            audit_.damage->goes_on_behind = audit_.damage->goes_on_behind || goes_on_ || is_damaged;
        }
        audit_.proven[log.number] = damage_is_before(log) ? 0 : records.proven_bytes();
        if (is_flushed_in_part_) may_begin_in_tables_ = false;  // without a change the oldest log would not be needed
        return {};
    }

    [[nodiscard]] LogAudit audit() && { return std::move(audit_); }

private:
    [[nodiscard]] bool damage_is_before(const LogFile& log) const {
        return audit_.damage && audit_.damage->file != log.name;
    }

    /// False for a batch that does not go on where the log stands.
    bool take(std::string_view record) {
        const auto batch = codec::decode_batch_head(record);
        if (!batch) return false;
        note(record);
        if (audit_.damage && !goes_on_ && batch->changes > 0 && batch->first_sequence == next_sequence_) {
            // The batch has the very numbers of the torn record before it: an opening before this one has left that
            // out. Nothing is missing.
            audit_.damage.reset();
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

Result<LogAudit> read_once(const Host& host, const fs::path& directory, const Manifest& manifest,
                           std::uint64_t oldest_log_needed) {
    const auto logs = list_logs(host, directory, oldest_log_needed);
    if (!logs) return logs.error();
    LogWalk walk(manifest, oldest_log_needed);
    for (const auto& log : *logs) {
        if (auto read = walk.read(host, directory, log); !read) return std::move(read).error();
    }
    return std::move(walk).audit();
}

}  // namespace

Result<LogAudit> audit_log(const Host& host, const fs::path& directory, const Manifest& manifest,
                           const std::optional<codec::HighWater>& mark) {
    // What stood in older logs when the mark was begun had been brought into table files. The manifest does not say so
    // where that was nothing at all: a log with one torn record, say.
    const bool same_opening = mark && mark->first_log + 1 == manifest.number;
    const auto oldest_log_needed =
        same_opening ? std::max(manifest.oldest_log_needed, mark->first_log) : manifest.oldest_log_needed;
    return read_twice_if([](const LogAudit& audit) { return audit.damage.has_value(); }, "the log",
                         [&] { return read_once(host, directory, manifest, oldest_log_needed); });
}

namespace {

bool lacks_oldest_log(const LogAudit& audit) noexcept {
    // A smaller number was given while opening, and may be that of no log.
    const bool is_certain = audit.oldest_log_needed + 1 >= audit.manifest_number;
    return is_certain && !std::ranges::binary_search(audit.logs, audit.oldest_log_needed);
}

/// The last change that the mark says is in a log that is needed.
std::uint64_t marked_sequence(const LogAudit& audit, const codec::HighWater& mark) noexcept {
    return is_needed(mark.synced.log_number, audit) ? mark.synced.sequence : 0;
}

/// The last change that must be there.
std::uint64_t synced_sequence(const LogAudit& audit, const codec::HighWater& mark) noexcept {
    return std::max(marked_sequence(audit, mark), audit.noted_sequence);
}

}  // namespace

LogVerdict judge(const LogAudit& audit, const std::optional<codec::HighWater>& mark,
                 const std::optional<BootId>& boot) noexcept {
    if (lacks_oldest_log(audit)) return LogVerdict::log_missing;
    if (!mark) return LogVerdict::mark_missing;
    const bool lacks_synced = synced_sequence(audit, *mark) > audit.proven_sequence;
    if (!audit.damage) return lacks_synced ? LogVerdict::cut : LogVerdict::whole;
    if (lacks_synced) return LogVerdict::damaged;
    const bool same_boot = boot && *boot == mark->boot;
    const auto& damage = *audit.damage;
    const bool is_torn_end = damage.fault == codec::LogFault::cut_short && !damage.goes_on_behind;
    return !same_boot || is_torn_end ? LogVerdict::unsynced_end : LogVerdict::damaged;
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
                   ", but change " + std::to_string(mark ? synced_sequence(audit, *mark) : 0) + " had been synced" +
                   (mark && marked_sequence(audit, *mark) > audit.noted_sequence
                        ? ", into log " + std::to_string(mark->synced.log_number) + " or a newer one"
                        : "") +
                   "; logs from " + std::to_string(audit.oldest_log_needed) + " on are needed";
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
