// Threads that begin at the same moment, and the order of what they do.
#pragma once

#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tokenstore::test {

/// Calls `body(index)` in as many threads, index 0 to `threads` - 1, none of which begins before all are there, and
/// waits for all of them. An exception of a thread comes out here. Boost.Test's checks are not for the body: they are
/// no business of several threads.
template <class Body>
void run_together(std::size_t threads, const Body& body) {
    std::barrier start(static_cast<std::ptrdiff_t>(threads));
    std::mutex mutex;
    std::exception_ptr failure;  // guarded by mutex: the last one
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (std::size_t index = 0; index < threads; ++index) {
        running.emplace_back([&, index] {
            start.arrive_and_wait();
            try {
                body(index);
            } catch (...) {
                const std::lock_guard lock(mutex);
                failure = std::current_exception();
            }
        });
    }
    running.clear();  // joins
    if (failure) std::rethrow_exception(failure);
}

/// From the ticket drawn before a call to the one drawn after it. A call that ended before another began has the
/// smaller tickets.
struct Span {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

class Tickets {
public:
    [[nodiscard]] std::uint64_t draw() noexcept { return next_.fetch_add(1); }

private:
    std::atomic<std::uint64_t> next_{1};
};

}  // namespace tokenstore::test
