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
      last_reclaim_due_us_(clock.bounded_us() - grace_us_ - interval_us_) {}

Result<void> Maintenance::run() {
    if (auto moved = move_on(Durability::lose_on_power_failure); !moved) return moved;
    if (auto extended = bounds_.extend_ahead(clock_.now_us()); !extended) return extended;
    if (auto persisted = database_.persist_high_water(); !persisted) return persisted;
    const std::lock_guard lock(round_);
    return reclaim_when_due();
}

Result<void> Maintenance::move_on(Durability durability) {
    const std::lock_guard lock(moving_);
    clock_.advance();
    return move_cutoff(durability);
}

Result<void> Maintenance::compact() {
    if (auto moved = move_on(Durability::lose_on_power_failure); !moved) return moved;
    if (auto compacted = database_.compact(); !compacted) return compacted;
    const std::lock_guard lock(round_);
    return reclaim_ends();
}

Result<void> Maintenance::trust_clock() {
    const std::lock_guard lock(moving_);
    clock_.trust();
    return move_cutoff(Durability::lose_nothing);
}

// The mark goes first where the time goes on: what is reclaimed by a time that a restart does not know of could be
// wanted again. Where somebody set the time back, the filters hear of it even if the mark cannot be written.
Result<void> Maintenance::move_cutoff(Durability durability) {
    const auto bounded_us = clock_.bounded_us();
    const auto cutoff_us = bounded_us - grace_us_;
    const auto set_cutoff = [&] {
        if (!reclaims_) return;
        // First, so that no filter drops what it does not cover yet.
        if (cutoff_us > reclaim_->greatest_cutoff_us.load(std::memory_order_relaxed)) {
            reclaim_->greatest_cutoff_us.store(cutoff_us, std::memory_order_seq_cst);
        }
        reclaim_->cutoff_us.store(cutoff_us, std::memory_order_release);
        if (reclaim_->ends_cutoff_us.load(std::memory_order_relaxed) > cutoff_us) {
            reclaim_->ends_cutoff_us.store(cutoff_us, std::memory_order_relaxed);
        }
    };
    if (cutoff_us < reclaim_->cutoff_us.load(std::memory_order_relaxed)) set_cutoff();
    storage::Batch batch(database_);
    batch.put_number(codec::clock_key, bounded_us);
    auto persisted = database_.commit(std::move(batch), durability, storage::WhenStalled::wait);
    if (persisted) set_cutoff();
    return persisted;
}

Result<void> Maintenance::reclaim_when_due() {
    if (!reclaims_) return {};
    const auto due_us = reclaim_->cutoff_us.load(std::memory_order_relaxed);
    const auto since_last_us = due_us - last_reclaim_due_us_;  // negative once the clock was set back by hand
    if (since_last_us >= 0 && since_last_us < interval_us_) return {};
    // A round takes what the filter may drop now. Rounds are at most an interval apart, so nothing rests longer.
    if (auto compacted = database_.compact_expired_tokens(due_us); !compacted) return compacted;
    if (auto compacted = reclaim_ends(); !compacted) return compacted;
    last_reclaim_due_us_ = due_us;
    return {};
}

Result<void> Maintenance::reclaim_ends() {
    const auto earliest_us = database_.earliest_token_expiry();
    if (!earliest_us) return earliest_us.error();
    std::int64_t due_us = 0;
    {
        const std::lock_guard lock(moving_);
        due_us = expiry::ends_cutoff(reclaim_->cutoff_us.load(std::memory_order_relaxed), *earliest_us);
        reclaim_->ends_cutoff_us.store(due_us, std::memory_order_relaxed);
    }
    return database_.compact_expired_ends(due_us);
}

}  // namespace tokenstore::operations
