// What a participant takes of the machine, as the system accounts for it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace tokenstore::bench {

/// A process's share of the memory that is resident: pages that several processes map count once among them. Mapped
/// files are included, though the system may drop their pages at any time.
[[nodiscard]] std::uint64_t resident_bytes_of(pid_t process);

/// The same of a server and of all the processes that it has started.
[[nodiscard]] std::uint64_t resident_bytes_of_tree(pid_t server);

/// What a process has sent to the disk so far: pages count when they are made dirty. Without what it deleted before it
/// was written.
[[nodiscard]] std::uint64_t written_bytes_of(pid_t process);
[[nodiscard]] std::uint64_t written_bytes_of_tree(pid_t server);

/// Space that the files below a folder occupy; what a sparse file has not written does not count.
[[nodiscard]] std::uint64_t disk_bytes_below(const std::filesystem::path& folder);

}  // namespace tokenstore::bench
