#include "base/fork_guard.hpp"

#include <exception>

#include <pthread.h>

namespace tokenstore::base::detail {

bool count_forks() noexcept {
    const auto in_child = [] { fork_count.fetch_add(1, std::memory_order_relaxed); };
    // Without the handler a child would write to its parent's store: better no start than that.
    if (pthread_atfork(nullptr, nullptr, in_child) != 0) std::terminate();
    return true;
}

}  // namespace tokenstore::base::detail
