#include "expiry/ttl_filter.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "codec/seal.hpp"

namespace tokenstore::expiry {

namespace {

class TtlFilter final : public rocksdb::CompactionFilter {
public:
    TtlFilter(std::shared_ptr<ReclaimState> state, RecordKind kind, std::int64_t cutoff_us) noexcept
        : state_(std::move(state)), kind_(kind), cutoff_us_(cutoff_us) {}

    TtlFilter(const TtlFilter&) = delete;
    TtlFilter& operator=(const TtlFilter&) = delete;

    // One filter works on one thread: it counts for itself and adds its counts at its end.
    ~TtlFilter() override {
        auto& reclaimed = kind_ == RecordKind::token ? state_->reclaimed_tokens : state_->reclaimed_other_records;
        reclaimed.fetch_add(reclaimed_, std::memory_order_relaxed);
        state_->undecodable_records_kept.fetch_add(undecodable_, std::memory_order_relaxed);
    }

    Decision FilterV2(int /*level*/, const rocksdb::Slice& /*key*/, ValueType type, const rocksdb::Slice& value,
                      std::string* /*new_value*/, std::string* /*skip_until*/) const override {
        if (type != ValueType::kValue) return Decision::kKeep;
        const auto expires_at_us = codec::peek_expires_at_us({value.data(), value.size()});
        if (!expires_at_us) {
            ++undecodable_;
            return Decision::kKeep;
        }
        if (*expires_at_us > cutoff_us_) return Decision::kKeep;
        ++reclaimed_;
        return Decision::kRemove;
    }

    [[nodiscard]] const char* Name() const override { return "tokenstore.ttl_filter"; }

private:
    std::shared_ptr<ReclaimState> state_;
    RecordKind kind_;
    std::int64_t cutoff_us_;
    mutable std::uint64_t reclaimed_ = 0;
    mutable std::uint64_t undecodable_ = 0;
};

}  // namespace

TtlFilterFactory::TtlFilterFactory(std::shared_ptr<ReclaimState> state, RecordKind kind)
    : state_(std::move(state)), kind_(kind) {}

std::unique_ptr<rocksdb::CompactionFilter> TtlFilterFactory::CreateCompactionFilter(
    const rocksdb::CompactionFilter::Context& /*context*/) {
    const auto& cutoff = kind_ == RecordKind::end ? state_->ends_cutoff_us : state_->cutoff_us;
    const auto cutoff_us = cutoff.load(std::memory_order_acquire);
    if (cutoff_us == reclaim_nothing) return nullptr;
    return std::make_unique<TtlFilter>(state_, kind_, cutoff_us);
}

const char* TtlFilterFactory::Name() const { return "tokenstore.ttl_filter_factory"; }

}  // namespace tokenstore::expiry
