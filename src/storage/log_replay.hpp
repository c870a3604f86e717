// Watches the engine replay the log.
//
// It ends the replay where the audit's proof ends. Without that the engine would go on behind a range of zeros, or in
// the log after a missing one, and leave a hole in the history.
//
// And it notes the rotations that nobody may have been told of: their batches asked for a sync, and stand behind what
// is known to have been synced. The process ended, or the disk failed, before the answer: the client still holds the
// presented token, and its honest retry is no reuse.
//
// Threads: the one that opens the engine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/wal_filter.h>

#include <tokenstore/ids.hpp>

namespace tokenstore::storage {

class LogReplay final : public rocksdb::WalFilter {
public:
    /// Replay ends with the change `last_sequence`, if there is one: all that comes up behind it is left out, whatever
    /// its number. Up to `synced_sequence` all was synced.
    LogReplay(std::optional<std::uint64_t> last_sequence, std::uint64_t synced_sequence) noexcept
        : last_sequence_(last_sequence), synced_sequence_(synced_sequence) {}

    [[nodiscard]] const char* Name() const override { return "tokenstore.log_replay"; }

    void ColumnFamilyLogNumberMap(const std::map<std::uint32_t, std::uint64_t>& log_numbers,
                                  const std::map<std::string, std::uint32_t>& ids) override;

    WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file_name,
                                       const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* new_batch,
                                       bool* batch_changed) override;

    [[nodiscard]] bool ends_early() const noexcept { return last_sequence_.has_value(); }

    /// The tokens that such rotations consumed.
    [[nodiscard]] const std::vector<TokenHash>& consumed_unanswered() const noexcept { return consumed_; }

private:
    std::optional<std::uint64_t> last_sequence_;
    std::uint64_t synced_sequence_;
    std::uint64_t replayed_sequence_ = 0;
    std::uint32_t tokens_family_ = 0;
    std::vector<TokenHash> consumed_;
};

}  // namespace tokenstore::storage
