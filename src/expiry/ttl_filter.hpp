// The TTL compaction filter: drops records that are past their expiry plus the grace, and frees their space.
//
// It never decides validity. It reads the expiry at its fixed offset and nothing else, keeps what it cannot parse and
// counts that, looks nothing up, takes no lock, throws nothing. The cutoff is read once per filter, that is once per
// (sub)compaction, so one compaction judges all its records by one moment. It answers a plain removal: the engine turns
// that into a deletion with the same sequence number, which still hides older versions of the key; kRemoveAndSkipUntil
// would leave none and could bring a "live" record back from under a "consumed" one.
#pragma once

#include <memory>
#include <string>

#include <rocksdb/compaction_filter.h>

#include "expiry/reclaim_state.hpp"

namespace tokenstore::expiry {

enum class RecordKind { token, index_entry, end };

class TtlFilterFactory final : public rocksdb::CompactionFilterFactory {
public:
    TtlFilterFactory(std::shared_ptr<ReclaimState> state, RecordKind kind);

    [[nodiscard]] std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
        const rocksdb::CompactionFilter::Context& context) override;
    [[nodiscard]] const char* Name() const override;

private:
    std::shared_ptr<ReclaimState> state_;
    RecordKind kind_;
};

}  // namespace tokenstore::expiry
