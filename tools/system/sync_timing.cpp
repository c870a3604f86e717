#include "system/sync_timing.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>

#include "system/interruption.hpp"
#include "system/os_error.hpp"

namespace tokenstore::tool {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Deleted from the start: it vanishes with the process.
int open_nameless(const std::filesystem::path& folder) {
    std::string pattern = (folder / "fsync-test-XXXXXX").string();
    const int file = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (file >= 0) ::unlink(pattern.c_str());
    return file;
}

bool append_and_sync(int file, const std::string& piece) {
    return ::write(file, piece.data(), piece.size()) == static_cast<ssize_t>(piece.size()) && ::fdatasync(file) == 0;
}

}  // namespace

Result<std::vector<std::int64_t>> time_syncs(const std::filesystem::path& folder, std::size_t bytes, double seconds,
                                             const std::function<void()>& watch) {
    const int file = open_nameless(folder);
    if (file < 0) return os_error("cannot make a file in the folder", errno);
    const std::string piece(bytes, 'x');
    std::vector<std::int64_t> times_ns;
    const auto end = SteadyClock::now() + std::chrono::duration<double>(seconds);
    int failure = 0;
    for (auto before = SteadyClock::now(); before < end && !interrupted() && failure == 0;) {
        if (!append_and_sync(file, piece)) failure = errno;
        const auto after = SteadyClock::now();
        times_ns.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(after - before).count());
        watch();
        before = SteadyClock::now();
    }
    ::close(file);
    if (failure != 0) return os_error("cannot write and sync a file in the folder", failure);
    std::sort(times_ns.begin(), times_ns.end());
    return times_ns;
}

}  // namespace tokenstore::tool
