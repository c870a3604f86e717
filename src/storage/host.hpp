// The machine that stores live on, as far as a test has to stand in for it: the file system under the engine and under
// the store's own files, and the boot that the system's page cache lives for.
//
// Threads: current_host() from any thread; a HostOverride from one, while no store is open.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace rocksdb {
class Env;
}

namespace tokenstore::storage {

/// What identifies one run of the system from power-on to power-off.
using BootId = std::array<std::uint8_t, 16>;

struct Host {
    rocksdb::Env* env = nullptr;  ///< not owned; alive as long as any store opened on it
    std::optional<BootId> boot;   ///< nothing where the system does not tell
};

/// Linux and its file systems, unless a test has put something else in its place.
[[nodiscard]] Host current_host();

/// Puts another host in place of the real one for stores opened from now on.
class HostOverride {
public:
    explicit HostOverride(const Host& host);
    ~HostOverride();
    HostOverride(const HostOverride&) = delete;
    HostOverride& operator=(const HostOverride&) = delete;
};

}  // namespace tokenstore::storage
