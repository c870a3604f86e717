#include "operations/issue_bounds.hpp"

#include <algorithm>
#include <utility>

#include "codec/meta_record.hpp"

namespace tokenstore::operations {

namespace {

// A crash lets stamps run this far ahead of the time; maintenance extends the bound before half of it is used up.
constexpr std::int64_t stamps_ahead_us = 5LL * 60 * 1'000'000;

// One synced write an hour where expiries move on with the time.
constexpr std::int64_t expiry_ahead_us = 60LL * 60 * 1'000'000;

}  // namespace

IssueBounds::IssueBounds(storage::Database& database, std::int64_t stamp_bound_us,
                         std::int64_t longest_expiry_us) noexcept
    : database_(database),
      last_stamp_us_(stamp_bound_us),
      stamp_bound_us_(stamp_bound_us),
      longest_expiry_us_(longest_expiry_us) {}

Result<std::unique_ptr<IssueBounds>> IssueBounds::load(storage::Database& database) {
    const auto stamp_bound_us = database.get_number(codec::issue_stamps_key);
    if (!stamp_bound_us) return stamp_bound_us.error();
    const auto longest_expiry_us = database.get_number(codec::longest_expiry_key);
    if (!longest_expiry_us) return longest_expiry_us.error();
    return std::unique_ptr<IssueBounds>(
        new IssueBounds(database, stamp_bound_us->value_or(0), longest_expiry_us->value_or(0)));
}

Result<std::int64_t> IssueBounds::next_stamp(std::int64_t now_us) {
    auto last = last_stamp_us_.load(std::memory_order_relaxed);
    std::int64_t stamp_us = 0;
    do {
        stamp_us = std::max(last + 1, now_us);
    } while (!last_stamp_us_.compare_exchange_weak(last, stamp_us, std::memory_order_relaxed));
    if (stamp_us > stamp_bound_us_.load(std::memory_order_acquire)) {
        if (auto extended = extend_stamp_bound(stamp_us); !extended) return std::move(extended).error();
    }
    return stamp_us;
}

Result<void> IssueBounds::cover_expiry(std::int64_t expires_at_us) {
    if (expires_at_us <= longest_expiry_us()) return {};
    const std::lock_guard lock(extending_);
    if (expires_at_us <= longest_expiry_us()) return {};
    const auto bound_us = expires_at_us + expiry_ahead_us;
    storage::Batch batch(database_);
    batch.put_number(codec::longest_expiry_key, bound_us);
    auto committed = database_.commit(std::move(batch), Durability::lose_nothing, storage::WhenStalled::give_up);
    if (!committed) return committed;
    longest_expiry_us_.store(bound_us, std::memory_order_release);
    return {};
}

Result<void> IssueBounds::extend_ahead(std::int64_t now_us) {
    if (stamp_bound_us_.load(std::memory_order_acquire) - now_us > stamps_ahead_us / 2) return {};
    for (;;) {
        // Not waiting under the mutex: calls that need it hold locks.
        auto extended = extend_stamp_bound(now_us);
        if (extended || extended.error().code != ErrorCode::busy) return extended;
        if (auto writable = database_.wait_until_writable(); !writable) return writable;
    }
}

Result<void> IssueBounds::extend_stamp_bound(std::int64_t stamp_us) {
    const std::lock_guard lock(extending_);
    const auto wanted_us = stamp_us + stamps_ahead_us;
    if (stamp_bound_us_.load(std::memory_order_acquire) >= std::max(stamp_us, wanted_us - stamps_ahead_us / 4))
        return {};
    storage::Batch batch(database_);
    batch.put_number(codec::issue_stamps_key, wanted_us);
    auto committed = database_.commit(std::move(batch), Durability::lose_nothing, storage::WhenStalled::give_up);
    if (!committed) return committed;
    stamp_bound_us_.store(wanted_us, std::memory_order_release);
    return {};
}

}  // namespace tokenstore::operations
