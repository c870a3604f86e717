// What the engine reports by itself: errors in its background, their end, new logs, and records in its manifest.
//
// Threads: called by the engine's threads, some with its mutex held: nothing here calls the engine.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <rocksdb/listener.h>

#include "storage/column_families.hpp"
#include "storage/engine_condition.hpp"

namespace tokenstore::storage {

class EngineEvents final : public rocksdb::EventListener {
public:
    void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
    void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status error, bool* recover) override;
    void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override;
    void OnMemTableSealed(const rocksdb::MemTableInfo& info) override;
    void OnFlushBegin(rocksdb::DB* db, const rocksdb::FlushJobInfo& info) override;

    void OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo& info) override;
    void OnCompactionCompleted(rocksdb::DB* db, const rocksdb::CompactionJobInfo& info) override;

    /// Every change of a column family up to this one stands in table files, as far as a flush since opening tells.
    [[nodiscard]] std::uint64_t flushed_sequence(Family family) const noexcept {
        return flushed_sequences_[position(family)].load(std::memory_order_acquire);
    }

    /// From now on the engine is stopped by what it would have recovered from.
    void refuse_recoveries() noexcept { refuses_recoveries_.store(true, std::memory_order_release); }

    [[nodiscard]] EngineCondition& condition() noexcept { return condition_; }
    [[nodiscard]] const EngineCondition& condition() const noexcept { return condition_; }

    /// Whether a new log may have been begun since the last call that answered so.
    [[nodiscard]] bool take_new_log() noexcept {
        return new_log_.load(std::memory_order_relaxed) && new_log_.exchange(false, std::memory_order_acq_rel);
    }

    /// Whether the manifest may have grown since the last call that answered so.
    [[nodiscard]] bool take_manifest_record() noexcept {
        return manifest_record_.load(std::memory_order_relaxed) &&
               manifest_record_.exchange(false, std::memory_order_acq_rel);
    }

private:
    EngineCondition condition_;
    std::atomic<bool> new_log_{true};  // the one that opening begins
    std::atomic<bool> manifest_record_{false};
    std::atomic<bool> refuses_recoveries_{false};
    std::atomic<bool> has_given_up_{false};
    std::array<std::atomic<std::uint64_t>, column_families.size()> flushed_sequences_{};
};

}  // namespace tokenstore::storage
