// Ends the engine's replay of the log where the audit's proof ends. Without it the engine would go on behind a range of
// zeros, or in the log after a missing one, and leave a hole in the history.
//
// Threads: the one that opens the engine.
#pragma once

#include <cstdint>

#include <rocksdb/wal_filter.h>

namespace tokenstore::storage {

class ReplayEnd final : public rocksdb::WalFilter {
public:
    /// No change after `last_sequence` is replayed.
    explicit ReplayEnd(std::uint64_t last_sequence) noexcept : last_sequence_(last_sequence) {}

    [[nodiscard]] const char* Name() const override { return "tokenstore.replay_end"; }

    WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file_name,
                                       const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* new_batch,
                                       bool* batch_changed) override;

private:
    std::uint64_t last_sequence_;
};

}  // namespace tokenstore::storage
