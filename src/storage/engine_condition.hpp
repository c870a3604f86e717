// What is known to be wrong with an engine: failed writes, errors in its background, damage met by reads.
//
// Threads: any; a healthy engine costs a look-up one load of a byte that nobody writes.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include <tokenstore/error.hpp>
#include <tokenstore/health.hpp>

namespace tokenstore::storage {

class EngineCondition {
public:
    /// A write failed without a known end: no more writes until the store is opened again.
    void note_failed_write(const Error& error);

    /// The engine stopped in its background: a flush, a compaction or the manifest failed.
    void note_background_error(const Error& error, bool stops_writes);

    /// It tries to go on by itself.
    void note_recovery_begun();

    /// It goes on, or has given up.
    void note_recovery_ended(bool recovered);

    /// A read failed.
    void note_failed_read(const Error& error);

    /// A read reached what it asked for.
    void note_good_read() noexcept {
        if (reads_fail_.load(std::memory_order_relaxed)) reads_fail_.store(false, std::memory_order_relaxed);
    }

    void note_lost_writes_at_open();

    [[nodiscard]] bool is_recovering() const;

    /// Whether an error has stopped it since it was opened, even if it has gone on since.
    [[nodiscard]] bool was_stopped() const noexcept { return was_stopped_.load(std::memory_order_acquire); }

    /// For good: a later write would meet a log whose end is in doubt.
    [[nodiscard]] bool refuses_writes() const noexcept { return refuses_writes_.load(std::memory_order_acquire); }

    [[nodiscard]] Health health() const;

private:
    std::atomic<bool> refuses_writes_{false};
    std::atomic<bool> reads_fail_{false};
    std::atomic<bool> was_stopped_{false};
    std::atomic<std::uint64_t> damaged_reads_{0};
    mutable std::mutex mutex_;  // guards what follows
    std::optional<Error> failed_write_;
    std::optional<Error> background_error_;
    bool background_error_stops_writes_ = false;
    bool recovering_ = false;
    bool lost_writes_at_open_ = false;
    std::optional<Error> failed_read_;
    std::optional<Error> damage_;
};

}  // namespace tokenstore::storage
