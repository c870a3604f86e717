#include "storage/engine_events.hpp"

#include <string_view>

#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

std::string_view describe(rocksdb::BackgroundErrorReason reason) noexcept {
    switch (reason) {
        case rocksdb::BackgroundErrorReason::kFlush:
        case rocksdb::BackgroundErrorReason::kFlushNoWAL:
            return "flushing";
        case rocksdb::BackgroundErrorReason::kCompaction:
            return "compacting";
        case rocksdb::BackgroundErrorReason::kWriteCallback:
            return "writing the log";
        case rocksdb::BackgroundErrorReason::kMemTable:
            return "writing to memory";
        case rocksdb::BackgroundErrorReason::kManifestWrite:
        case rocksdb::BackgroundErrorReason::kManifestWriteNoWAL:
            return "writing the manifest";
    }
    return "working in the background";
}

}  // namespace

void EngineEvents::OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) {
    condition_.note_background_error(read_error(*error, describe(reason)),
                                     error->severity() >= rocksdb::Status::kHardError);
    // The engine goes on with no recovery then, and does not say so.
    if (error->severity() >= rocksdb::Status::kFatalError) condition_.note_recovery_ended(/*recovered=*/false);
}

void EngineEvents::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status error,
                                        bool* recover) {
    error.PermitUncheckedError();
    if (recover == nullptr || !*recover) return;
    if (refuses_recoveries_.load(std::memory_order_acquire)) {
        *recover = false;
        return;
    }
    condition_.note_recovery_begun();
}

void EngineEvents::OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) {
    info.old_bg_error.PermitUncheckedError();
    condition_.note_recovery_ended(info.new_bg_error.ok());
}

// The engine begins a new log where it seals a memtable; it is the current one for certain when the flush begins.
void EngineEvents::OnMemTableSealed(const rocksdb::MemTableInfo& /*info*/) {
    new_log_.store(true, std::memory_order_release);
}

void EngineEvents::OnFlushBegin(rocksdb::DB* /*db*/, const rocksdb::FlushJobInfo& /*info*/) {
    new_log_.store(true, std::memory_order_release);
}

void EngineEvents::OnFlushCompleted(rocksdb::DB* /*db*/, const rocksdb::FlushJobInfo& /*info*/) {
    manifest_record_.store(true, std::memory_order_release);
}

void EngineEvents::OnCompactionCompleted(rocksdb::DB* /*db*/, const rocksdb::CompactionJobInfo& info) {
    info.status.PermitUncheckedError();
    manifest_record_.store(true, std::memory_order_release);
}

}  // namespace tokenstore::storage
