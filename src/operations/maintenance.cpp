#include "operations/maintenance.hpp"

#include <utility>

#include "codec/meta_record.hpp"

namespace tokenstore::operations {

Maintenance::Maintenance(const Options& options, storage::Database& database, expiry::BoundedClock& clock,
                         IssueBounds& bounds, std::shared_ptr<expiry::ReclaimState> reclaim)
    : reclaims_(options.reclaim_expired),
      grace_us_(options.reclaim_grace_us),
      interval_us_(options.reclaim_interval_us),
      database_(database),
      clock_(clock),
      bounds_(bounds),
      reclaim_(std::move(reclaim)),
      last_reclaim_us_(clock.bounded_us() - interval_us_) {}

Result<void> Maintenance::run() {
    const std::lock_guard lock(round_);
    move_cutoff();
    if (auto persisted = persist_mark(Durability::lose_on_power_failure); !persisted) return persisted;
    if (auto extended = bounds_.extend_ahead(clock_.now_us()); !extended) return extended;
    return reclaim_when_due();
}

void Maintenance::move_cutoff() noexcept {
    const auto bounded_us = clock_.advance();
    if (reclaims_) reclaim_->cutoff_us.store(bounded_us - grace_us_, std::memory_order_relaxed);
}

Result<void> Maintenance::persist_mark(Durability durability) {
    if (!reclaims_) return {};
    storage::Batch batch(database_);
    batch.put_number(codec::clock_key, clock_.bounded_us());
    return database_.commit(std::move(batch), durability, storage::WhenStalled::wait);
}

Result<void> Maintenance::reclaim_when_due() {
    const auto bounded_us = clock_.bounded_us();
    const auto since_last_us = bounded_us - last_reclaim_us_;  // negative once the clock was set back by hand
    if (!reclaims_ || (since_last_us >= 0 && since_last_us < interval_us_)) return {};
    // A round takes what the filter may drop now. Rounds are at most an interval apart, so nothing rests longer.
    const auto compacted = database_.compact_expired(bounded_us - grace_us_);
    if (!compacted) return compacted.error();
    last_reclaim_us_ = bounded_us;
    return {};
}

}  // namespace tokenstore::operations
