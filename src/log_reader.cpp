// The reading of a log, over and over, while its owner writes it.
#include <tokenstore/log_reader.hpp>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "codec/engine_log.hpp"
#include "storage/log_file.hpp"
#include "storage/log_operations.hpp"
#include "storage/manifest.hpp"
#include "storage/status_error.hpp"
#include "storage/store_directory.hpp"

namespace tokenstore {

namespace {

namespace fs = std::filesystem;

struct Log {
    std::uint64_t number = 0;
    fs::path path;
    std::uint64_t bytes = 0;
};

Result<std::vector<Log>> find_logs(const fs::path& directory, std::uint64_t oldest_needed) {
    std::vector<Log> logs;
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        const auto number = storage::number_in_name(entry->path().filename().string(), "", ".log");
        std::error_code vanished;
        const auto bytes = entry->file_size(vanished);
        if (number && *number >= oldest_needed && !vanished) logs.push_back({*number, entry->path(), bytes});
    }
    if (failure) return storage::system_error(failure.value(), "listing the store's directory");
    std::ranges::sort(logs, {}, &Log::number);
    return logs;
}

Error open_error(storage::DirectoryContent content) {
    const bool missing = content == storage::DirectoryContent::missing || content == storage::DirectoryContent::empty ||
                         content == storage::DirectoryContent::half_made;
    return {missing ? ErrorCode::store_missing : ErrorCode::not_a_store, WriteState::nothing_written,
            missing ? "there is no store in the directory" : "the directory holds something that is not a token store"};
}

}  // namespace

Result<std::uint64_t> LogReader::read(const std::function<bool(const LogOperation&)>& visit) noexcept {
    const auto content = storage::examine_directory(directory_);
    if (!content) return content.error();
    if (*content != storage::DirectoryContent::store) return open_error(*content);
    const auto host = storage::current_host();
    const auto manifest = storage::read_manifest(host, directory_);
    if (!manifest) return manifest.error();
    const auto logs = find_logs(directory_, manifest->oldest_log_needed);
    if (!logs) return logs.error();

    std::uint64_t visited = 0;
    bool goes_on = true;
    const auto take = [&](const LogOperation& operation) {
        ++visited;
        goes_on = visit(operation);
        return goes_on;
    };
    for (const auto& log : *logs) {
        if (!goes_on) break;
        auto& read_bytes = read_bytes_[log.number];
        if (log.bytes == read_bytes) continue;
        codec::LogRecords records(
            [&](std::string_view record, std::uint64_t /*offset*/) {
                const auto batch = codec::decode_batch_head(record);
                if (!batch || batch->changes == 0 || batch->first_sequence <= last_sequence_ || !goes_on) return true;
                if (has_read_ && batch->first_sequence > last_sequence_ + 1) {
                    LogOperation lost;
                    lost.kind = LogOperationKind::lost;
                    lost.sequence = last_sequence_ + 1;
                    lost.count = batch->first_sequence - last_sequence_ - 1;
                    lost.log = log.number;
                    if (!take(lost)) return true;
                }
                has_read_ = true;
                last_sequence_ = batch->next_sequence() - 1;
                storage::visit_operations(record, log.number, take);
                return true;
            },
            {[](std::string_view) { return false; }, [](std::string_view) {}});
        const auto bytes = storage::read_log_file(host, log.path, records);
        std::error_code unknown;
        if (!bytes && !fs::exists(log.path, unknown)) continue;  // dropped by its owner meanwhile
        if (!bytes) return bytes.error();
        read_bytes = log.bytes;
        const bool is_being_written = &log == &logs->back() && records.fault() == codec::LogFault::cut_short;
        if (records.fault() != codec::LogFault::none && !is_being_written) {
            return Error{ErrorCode::log_damaged, WriteState::nothing_written,
                         "the log " + log.path.filename().string() + " is " +
                             std::string(codec::describe(records.fault())) + ", at offset " +
                             std::to_string(records.fault_offset())};
        }
    }
    return visited;
}

}  // namespace tokenstore
