#include "storage/status_error.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace tokenstore::storage {

namespace {

ErrorCode code_of(const rocksdb::Status& status) {
    if (status.IsCorruption()) return ErrorCode::corrupt;
    // A compaction whose output would not fit is not begun.
    if (status.IsNoSpace() || status.IsCompactionTooLarge()) return ErrorCode::disk_full;
    if (status.IsIOError() || status.IsPathNotFound()) return ErrorCode::io_error;
    return ErrorCode::internal;
}

// The engine is opened with allow_data_in_errors = false: its messages name files and offsets, not keys or values. What
// it read as a file's name may be damage: no such byte goes into a log.
std::string describe(std::string_view what, const rocksdb::Status& status) {
    auto text = std::string(what) + " failed: " + status.ToString();
    const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; };
    std::ranges::replace_if(text, is_control, '?');
    return text;
}

std::string_view describe(codec::DecodeStatus status) {
    switch (status) {
        case codec::DecodeStatus::ok:
            return "nothing is wrong";
        case codec::DecodeStatus::truncated:
            return "the record is cut short";
        case codec::DecodeStatus::unknown_version:
            return "the record has an unknown version";
        case codec::DecodeStatus::bad_checksum:
            return "the checksum does not match the record and its key";
        case codec::DecodeStatus::malformed:
            return "the record's fields contradict each other";
    }
    return "unknown";
}

}  // namespace

Error read_error(const rocksdb::Status& status, std::string_view what) {
    return {code_of(status), WriteState::nothing_written, describe(what, status)};
}

Error read_error(EngineCondition& condition, const rocksdb::Status& status, std::string_view what) {
    auto error = read_error(status, what);
    condition.note_failed_read(error);
    return error;
}

Error write_error(const rocksdb::Status& status, std::string_view what) {
    return {code_of(status), WriteState::indeterminate, describe(what, status)};
}

Error writes_refused_error(const Health& health, WriteState write) {
    if (!health.cause) return {ErrorCode::write_refused, write, "the engine takes no writes"};
    const auto& cause = *health.cause;
    if (health.recovers_by_itself) {
        return {cause.code, write, "no writes until the engine has recovered by itself: " + cause.message};
    }
    return {ErrorCode::write_refused, write, "the engine takes no writes since " + cause.message};
}

Error decode_error(codec::DecodeStatus status, std::string_view what) {
    return {ErrorCode::corrupt, WriteState::nothing_written, std::string(what) + ": " + std::string(describe(status))};
}

Error decode_error(EngineCondition& condition, codec::DecodeStatus status, std::string_view what) {
    auto error = decode_error(status, what);
    condition.note_failed_read(error);
    return error;
}

Error system_error(int error_number, std::string_view what) {
    ErrorCode code = ErrorCode::io_error;
    if (error_number == ENOSPC || error_number == EDQUOT) code = ErrorCode::disk_full;
    if (error_number == EACCES || error_number == EROFS || error_number == EPERM) {
        code = ErrorCode::read_only_directory;
    }
    return {code, WriteState::nothing_written,
            std::string(what) + " failed: " + std::generic_category().message(error_number)};
}

}  // namespace tokenstore::storage
