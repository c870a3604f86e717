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
    clock_.advance();
    if (auto moved = move_cutoff(Durability::lose_on_power_failure); !moved) return moved;
    if (auto extended = bounds_.extend_ahead(clock_.now_us()); !extended) return extended;
    if (auto persisted = database_.persist_high_water(); !persisted) return persisted;
    return reclaim_when_due();
}

Result<void> Maintenance::move_on(Durability durability) {
    const std::lock_guard lock(round_);
    clock_.advance();
    return move_cutoff(durability);
}

Result<void> Maintenance::trust_clock() {
    const std::lock_guard lock(round_);
    clock_.trust();
    return move_cutoff(Durability::lose_nothing);
}

// The mark goes first where the time goes on: what is reclaimed by a time that a restart does not know of could be
// wanted again. Where somebody set the time back, the filters hear of it even if the mark cannot be written.
Result<void> Maintenance::move_cutoff(Durability durability) {
    const auto bounded_us = clock_.bounded_us();
    const auto cutoff_us = bounded_us - grace_us_;
    const auto set_cutoff = [&] {
        if (reclaims_) reclaim_->cutoff_us.store(cutoff_us, std::memory_order_relaxed);
    };
    if (cutoff_us < reclaim_->cutoff_us.load(std::memory_order_relaxed)) set_cutoff();
    storage::Batch batch(database_);
    batch.put_number(codec::clock_key, bounded_us);
    auto persisted = database_.commit(std::move(batch), durability, storage::WhenStalled::wait);
    if (persisted) set_cutoff();
    return persisted;
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
