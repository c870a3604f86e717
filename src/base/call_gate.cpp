#include "base/call_gate.hpp"

namespace tokenstore::base {

namespace {

constexpr std::uint64_t closing_bit = std::uint64_t{1} << 63;

// The same counter index in every gate: threads are dealt round-robin.
std::size_t number_of_this_thread() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
    return number;
}

}  // namespace

CallGate::Pass CallGate::enter() noexcept {
    Counter& counter = counters_[number_of_this_thread() % counter_count];
    std::uint64_t word = counter.word.load(std::memory_order_relaxed);
    do {
        if ((word & closing_bit) != 0) return {};
        // The compare guards the bit: a plain increment could come in after the close, and its taking back would be
        // one more "last call out".
    } while (!counter.word.compare_exchange_weak(word, word + 1, std::memory_order_acquire, std::memory_order_relaxed));
    return {*this, counter};
}

void CallGate::leave(Counter& counter) noexcept {
    const std::uint64_t before = counter.word.fetch_sub(1, std::memory_order_acq_rel);
    if (before != closing_bit + 1) return;

    // The last call out of a closing counter. The closer counts on exactly this visit and cannot go on, or destroy the
    // gate, before the mutex is free again; so the wake-up is given under it.
    const std::lock_guard lock(mutex_);
    --busy_counters_;
    if (busy_counters_ == 0) drained_.notify_all();
}

void CallGate::close_and_wait() {
    std::unique_lock lock(mutex_);
    if (!closed_.load(std::memory_order_relaxed)) {
        // Calls that leave meanwhile wait for the mutex, so every one of them finds itself counted.
        for (Counter& counter : counters_) {
            if (counter.word.fetch_or(closing_bit, std::memory_order_acquire) != 0) ++busy_counters_;
        }
        closed_.store(true, std::memory_order_release);
    }
    drained_.wait(lock, [this] { return busy_counters_ == 0; });
}

}  // namespace tokenstore::base
