// Watches the engine replay the log.
//
// It notes the rotations that nobody may have been told of: their batches asked for a sync, and stand behind what
// is known to have been synced. The process ended, or the disk failed, before the answer: the client still holds the
// presented token, and its honest retry is no reuse.
//
// Threads: the one that opens the engine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <rocksdb/wal_filter.h>

#include "codec/in_doubt_note.hpp"
#include "storage/in_doubt_file.hpp"

namespace tokenstore::storage {

class LogReplay final : public rocksdb::WalFilter {
public:
    /// Up to `answered_sequence` all that asked for a sync was answered. What is found is put on record in `file` as
    /// soon as it is met: once the engine is open, its log is gone, and with it what a process killed then had found.
    LogReplay(std::uint64_t answered_sequence, InDoubtFile& file) noexcept
        : answered_sequence_(answered_sequence), file_(file) {}

    [[nodiscard]] const char* Name() const override { return "tokenstore.log_replay"; }

    void ColumnFamilyLogNumberMap(const std::map<std::uint32_t, std::uint64_t>& log_numbers,
                                  const std::map<std::string, std::uint32_t>& ids) override;

    WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file_name,
                                       const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* new_batch,
                                       bool* batch_changed) override;

    /// The tokens that such rotations consumed, and when.
    [[nodiscard]] const std::vector<codec::InDoubtNote>& unanswered() const noexcept { return unanswered_; }

private:
    std::uint64_t answered_sequence_;
    InDoubtFile& file_;
    std::uint32_t tokens_family_ = 0;
    std::vector<codec::InDoubtNote> unanswered_;
};

}  // namespace tokenstore::storage
