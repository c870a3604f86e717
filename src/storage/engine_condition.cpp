#include "storage/engine_condition.hpp"

namespace tokenstore::storage {

void EngineCondition::note_failed_write(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!failed_write_) failed_write_ = error;
    refuses_writes_.store(true, std::memory_order_release);
}

void EngineCondition::note_background_error(const Error& error, bool stops_writes) {
    const std::lock_guard lock(mutex_);
    if (stops_writes) was_stopped_.store(true, std::memory_order_release);
    if (background_error_ && background_error_stops_writes_) return;  // the first one is the cause of the others
    background_error_ = error;
    background_error_stops_writes_ = stops_writes;
}

void EngineCondition::note_recovery_begun() {
    const std::lock_guard lock(mutex_);
    recovering_ = true;
}

void EngineCondition::note_recovery_ended(bool recovered) {
    const std::lock_guard lock(mutex_);
    recovering_ = false;
    if (!recovered) return;
    background_error_.reset();
    background_error_stops_writes_ = false;
}

bool EngineCondition::is_recovering() const {
    const std::lock_guard lock(mutex_);
    return recovering_;
}

void EngineCondition::note_failed_read(const Error& error) {
    if (error.code == ErrorCode::corrupt) damaged_reads_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    if (error.code == ErrorCode::corrupt) {
        if (!damage_) damage_ = error;
        return;
    }
    failed_read_ = error;
    reads_fail_.store(true, std::memory_order_relaxed);
}

void EngineCondition::note_lost_writes_at_open() {
    const std::lock_guard lock(mutex_);
    lost_writes_at_open_ = true;
}

Health EngineCondition::health() const {
    const std::lock_guard lock(mutex_);
    Health health;
    health.takes_writes = !failed_write_ && !(background_error_ && background_error_stops_writes_);
    health.recovers_by_itself = recovering_ && !failed_write_;
    health.lost_writes_at_open = lost_writes_at_open_;
    health.damaged_reads = damaged_reads_.load(std::memory_order_relaxed);
    if (reads_fail_.load(std::memory_order_relaxed)) {
        health.state = HealthState::failed;
        health.cause = failed_read_;
    } else if (failed_write_ || background_error_ || damage_) {
        health.state = HealthState::degraded;
        health.cause = failed_write_ ? failed_write_ : background_error_ ? background_error_ : damage_;
    }
    return health;
}

}  // namespace tokenstore::storage
