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
    if (error->severity() < rocksdb::Status::kFatalError) return;
    // The engine gives a recovery up then, and does not say so.
    has_given_up_.store(true, std::memory_order_release);
    condition_.note_recovery_ended(/*recovered=*/false);
}

// The engine holds no lock while it calls this, and the end of one recovery can be told after the beginning of the
// next: for that moment health() says that all is well.
void EngineEvents::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status error,
                                        bool* recover) {
    error.PermitUncheckedError();
    if (recover == nullptr || !*recover) return;
    condition_.note_recovery_begun();  // first: who closes looks at it after it has refused
    const bool refused = refuses_recoveries_.load(std::memory_order_acquire);
    // What is less grave than the error that stands is told, too, and then ignored.
    if (!refused && !has_given_up_.load(std::memory_order_acquire)) return;
    *recover = false;
    condition_.note_recovery_ended(/*recovered=*/false);
}

void EngineEvents::OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) {
    info.old_bg_error.PermitUncheckedError();
    // Otherwise the next error has come between, and its own recovery has been told of.
    if (info.new_bg_error.ok()) condition_.note_recovery_ended(/*recovered=*/true);
}

// The engine begins a new log where it seals a memtable; it is the current one for certain when the flush begins.
void EngineEvents::OnMemTableSealed(const rocksdb::MemTableInfo& /*info*/) {
    new_log_.store(true, std::memory_order_release);
}

void EngineEvents::OnFlushBegin(rocksdb::DB* /*db*/, const rocksdb::FlushJobInfo& /*info*/) {
    new_log_.store(true, std::memory_order_release);
}

void EngineEvents::OnFlushCompleted(rocksdb::DB* /*db*/, const rocksdb::FlushJobInfo& info) {
    manifest_record_.store(true, std::memory_order_release);
    for (const auto& description : column_families) {
        if (description.name != info.cf_name) continue;
        auto& flushed = flushed_sequences_[position(description.family)];
        auto before = flushed.load(std::memory_order_relaxed);
        while (before < info.largest_seqno && !flushed.compare_exchange_weak(before, info.largest_seqno)) {
        }
    }
}

void EngineEvents::OnCompactionCompleted(rocksdb::DB* /*db*/, const rocksdb::CompactionJobInfo& info) {
    info.status.PermitUncheckedError();
    manifest_record_.store(true, std::memory_order_release);
}

}  // namespace tokenstore::storage
