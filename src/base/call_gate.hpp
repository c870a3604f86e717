// A gate that many threads pass cheaply and one closer waits at until all of them are out.
//
// Every thread counts its calls on one of a few counters, each on its own cache line, so entering and leaving touch no
// memory that other cores write (more threads than counters share some). The closing mark is a bit of each counter:
// one atomic step decides whether a call came in before the close, and whether a leaving call has to wake the closer.
// So a call that leaves touches the gate for the last time no later than close_and_wait() sees it gone, and the gate
// may be destroyed as soon as close_and_wait() has returned and no more calls begin.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "base/cache_line.hpp"

namespace tokenstore::base {

class CallGate {
    struct alignas(cache_line_bytes) Counter {
        std::atomic<std::uint64_t> word{0};  // the closing bit and the number of calls inside
    };

public:
    /// A call inside the gate; it leaves on destruction, in whatever thread. False if the gate was closed.
    class [[nodiscard]] Pass {
    public:
        Pass() noexcept = default;
        Pass(Pass&& other) noexcept
            : gate_(std::exchange(other.gate_, nullptr)), counter_(std::exchange(other.counter_, nullptr)) {}
        Pass& operator=(Pass&& other) noexcept {
            Pass old(std::move(*this));
            gate_ = std::exchange(other.gate_, nullptr);
            counter_ = std::exchange(other.counter_, nullptr);
            return *this;
        }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave(*counter_);
        }

        explicit operator bool() const noexcept { return gate_ != nullptr; }

    private:
        friend class CallGate;
        Pass(CallGate& gate, Counter& counter) noexcept : gate_(&gate), counter_(&counter) {}

        CallGate* gate_ = nullptr;
        Counter* counter_ = nullptr;
    };

    CallGate() = default;
    CallGate(const CallGate&) = delete;
    CallGate& operator=(const CallGate&) = delete;

    /// Any thread; never blocks. A thread may hold several passes.
    Pass enter() noexcept;

    /// Lets nobody in any more and returns when the last pass is gone. Any number of threads and times; each returns
    /// only then. Called by a thread that holds a pass, or in the child of a fork that copied passes of threads it does
    /// not have, it waits forever.
    void close_and_wait();

    /// True from when nobody gets in any more, which is before close_and_wait() waits.
    [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }

private:
    static constexpr std::size_t counter_count = 32;

    void leave(Counter& counter) noexcept;

    std::array<Counter, counter_count> counters_;

    std::atomic<bool> closed_{false};
    std::mutex mutex_;
    std::condition_variable drained_;
    std::size_t busy_counters_ = 0;  // guarded by mutex_: counters with calls inside, once closing has begun
};

}  // namespace tokenstore::base
