#include "storage/replay_end.hpp"

#include <string>

#include <rocksdb/write_batch.h>

#include "codec/engine_log.hpp"

namespace tokenstore::storage {

rocksdb::WalFilter::WalProcessingOption ReplayEnd::LogRecordFound(unsigned long long /*log_number*/,
                                                                  const std::string& /*log_file_name*/,
                                                                  const rocksdb::WriteBatch& batch,
                                                                  rocksdb::WriteBatch* /*new_batch*/,
                                                                  bool* /*batch_changed*/) {
    const auto head = codec::decode_batch_head(batch.Data());
    const bool is_proven = head && (head->changes == 0 || head->first_sequence <= last_sequence_);
    return is_proven ? WalProcessingOption::kContinueProcessing : WalProcessingOption::kStopReplay;
}

}  // namespace tokenstore::storage
