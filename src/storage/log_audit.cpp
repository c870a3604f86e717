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
    explicit LogWalk(const Manifest& manifest) : next_sequence_(manifest.last_sequence + 1) {
        audit_.manifest_number = manifest.number;
        audit_.oldest_log_needed = manifest.oldest_log_needed;
    }

    Result<void> read(const Host& host, const fs::path& directory, const LogFile& log) {
        audit_.logs.push_back(log.number);
        codec::LogRecords records([this](std::string_view record, std::uint64_t /*offset*/) { return take(record); },
                                  {[this](std::string_view payload) { return may_be_later(payload); },
                                   [this](std::string_view payload) { keep_behind(payload); }});
        const auto bytes = read_log_file(host, directory / log.name, records);
        if (!bytes) return bytes.error();
        if (!audit_.damage && records.fault() != codec::LogFault::none) {
            audit_.damage = {log.name, records.fault_offset(), records.fault(), true, goes_on_};
        } else if (audit_.damage) {
            audit_.damage->is_in_last_log = *bytes == 0;
            audit_.damage->goes_on_behind = audit_.damage->goes_on_behind || goes_on_;
        }
        return {};
    }

    [[nodiscard]] LogAudit audit() && { return std::move(audit_); }

private:
    /// False for a batch that does not go on where the log stands.
    bool take(std::string_view record) {
        const auto batch = codec::decode_batch_head(record);
        if (!batch) return false;
        note(record);
        if (audit_.damage) {
            goes_on_ = goes_on_ || batch->changes > 0;
            return true;
        }
        if (batch->changes == 0) return true;  // changes nothing, and is not numbered alike in all versions
        // The oldest log may begin with changes that are in table files already.
        const bool follows =
            is_first_ ? batch->first_sequence <= next_sequence_ : batch->first_sequence == next_sequence_;
        if (!follows) {
            goes_on_ = true;
            return false;
        }
        is_first_ = false;
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
        const auto synced = codec::find_sync_note(record);
        if (synced && is_needed(synced->log_number, audit_)) {
            audit_.noted_sequence = std::max(audit_.noted_sequence, synced->sequence);
        }
    }

    LogAudit audit_;
    std::uint64_t next_sequence_;
    bool is_first_ = true;
    bool goes_on_ = false;
};

}  // namespace

Result<LogAudit> audit_log(const Host& host, const fs::path& directory, const Manifest& manifest) {
    const auto logs = list_logs(host, directory, manifest.oldest_log_needed);
    if (!logs) return logs.error();
    LogWalk walk(manifest);
    for (const auto& log : *logs) {
        if (auto read = walk.read(host, directory, log); !read) return std::move(read).error();
    }
    return std::move(walk).audit();
}

namespace {

/// The manifest calls a log needed by the number of one that exists, if it does so after the log of this opening was
/// begun, and by a number that may never be used while opening. Nothing where opening may have been cut off.
std::optional<std::uint64_t> oldest_log_expected(const LogAudit& audit, const codec::HighWater& mark) noexcept {
    if (audit.oldest_log_needed > audit.manifest_number) return audit.oldest_log_needed;
    if (mark.first_log > audit.manifest_number) return mark.first_log;
    return std::nullopt;
}

}  // namespace

LogVerdict judge(const LogAudit& audit, const std::optional<codec::HighWater>& mark,
                 const std::optional<BootId>& boot) noexcept {
    if (!mark) return LogVerdict::mark_missing;
    if (const auto oldest = oldest_log_expected(audit, *mark);
        oldest && !std::ranges::binary_search(audit.logs, *oldest)) {
        return LogVerdict::log_missing;
    }
    const auto marked_sequence = is_needed(mark->synced.log_number, audit) ? mark->synced.sequence : 0;
    const auto synced = std::max(marked_sequence, audit.noted_sequence);
    const bool lacks_synced = synced > audit.proven_sequence;
    if (!audit.damage) return lacks_synced ? LogVerdict::cut : LogVerdict::whole;
    if (lacks_synced) return LogVerdict::damaged;
    const bool same_boot = boot && *boot == mark->boot;
    const auto& damage = *audit.damage;
    const bool is_torn_end =
        damage.fault == codec::LogFault::cut_short && damage.is_in_last_log && !damage.goes_on_behind;
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
            return "the log ends at change " + std::to_string(audit.proven_sequence) + ", but change " +
                   std::to_string(std::max(mark ? mark->synced.sequence : 0, audit.noted_sequence)) +
                   " had been synced";
        case LogVerdict::log_missing: {
            const auto oldest = mark ? oldest_log_expected(audit, *mark) : std::nullopt;
            return "the log number " + std::to_string(oldest.value_or(0)) + ", the oldest that is needed, is missing";
        }
        case LogVerdict::mark_missing:
            return std::string("the file ") + high_water_file_name +
                   ", which tells how far the log was synced, is missing or unreadable";
    }
    return "unknown";
}

}  // namespace tokenstore::storage
