// Ctrl-C and its kin, as a flag: long work looks at it between steps, removes its temporary folders, and ends.
// A second signal of the same kind ends the process at once.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace tokenstore::tool {

/// Takes over SIGINT, SIGTERM and SIGHUP, except those that the parent had ignored. Call once, before other threads.
void catch_interruptions() noexcept;

/// Whether one of them has arrived.
[[nodiscard]] bool interrupted() noexcept;

/// read(2), which an interruption ends however late it comes: with -1 and EINTR. Other signals do not disturb it.
[[nodiscard]] ssize_t read_until_interrupted(int descriptor, void* bytes, std::size_t size) noexcept;

/// Ends the process by the signal that arrived, as its parent expects; returns if none did.
void end_by_interruption() noexcept;

}  // namespace tokenstore::tool
