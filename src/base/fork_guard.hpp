// Tells a forked child from its parent, cheaply enough to ask in every call.
//
// Keep the generation of the moment an object was made; a different one later means that the object crossed a fork().
// Children made by vfork(), _Fork() or a bare clone(), which run no fork handlers, are not noticed.
#pragma once

#include <atomic>
#include <cstdint>

namespace tokenstore::base {

namespace detail {

inline std::atomic<std::uint64_t> fork_count{0};

/// Has fork_count raised in every later child. Ends the program if the system has no memory for that.
bool count_forks() noexcept;

}  // namespace detail

/// How many forks lie between this process and the first call. Any thread; one plain load.
[[nodiscard]] inline std::uint64_t fork_generation() noexcept {
    [[maybe_unused]] static const bool counting = detail::count_forks();
    return detail::fork_count.load(std::memory_order_relaxed);
}

}  // namespace tokenstore::base
