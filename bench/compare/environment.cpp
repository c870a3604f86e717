#include "compare/environment.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "compare/latency_histogram.hpp"
#include "compare/require.hpp"
#include "compare/stopwatch.hpp"

namespace tokenstore::bench {

namespace fs = std::filesystem;

namespace {

/// What follows the key in the first line that begins with it.
std::string value_in(const fs::path& file, std::string_view key, char separator) {
    std::ifstream lines(file);
    std::string line;
    while (std::getline(lines, line)) {
        if (!line.starts_with(key)) continue;
        const auto value = line.find_first_not_of(" \t\"", line.find(separator) + 1);
        return value == std::string::npos ? "" : line.substr(value, line.find_last_not_of(" \"") - value + 1);
    }
    return {};
}

/// Type and options of the mounted file system that holds a folder: the entry with the longest matching mount point.
std::string file_system_of(const fs::path& folder) {
    const auto path = fs::canonical(folder).string();
    std::ifstream mounts("/proc/self/mounts");
    std::string line;
    std::string found;
    std::size_t longest = 0;
    while (std::getline(mounts, line)) {
        std::istringstream words(line);
        std::string device;
        std::string point;
        std::string type;
        std::string options;
        words >> device >> point >> type >> options;
        const bool holds =
            path.starts_with(point) && (point == "/" || path.size() == point.size() || path[point.size()] == '/');
        if (!holds || point.size() < longest) continue;
        longest = point.size();
        found = type;
        found.append(" (").append(options).append(")");
    }
    return found;
}

LatencyHistogram time_fdatasync(const fs::path& folder) {
    constexpr std::size_t syncs = 500;
    const auto file = folder / "fdatasync";
    const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    require(descriptor >= 0, "no file can be made in " + folder.string());
    const std::array<char, 512> bytes{};
    LatencyHistogram latencies;
    for (std::size_t i = 0; i < syncs; ++i) {
        const Stopwatch sync;
        const bool done = ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                          ::fdatasync(descriptor) == 0;
        require(done, "a write to " + file.string() + " failed");
        latencies.record(sync.nanoseconds());
    }
    ::close(descriptor);
    fs::remove(file);
    return latencies;
}

std::string utc_now() {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

}  // namespace

Environment look_at_environment(const fs::path& folder) {
    Environment environment;
    environment.taken_at = utc_now();
    environment.processor = value_in("/proc/cpuinfo", "model name", ':');
    environment.processors = std::thread::hardware_concurrency();
    environment.memory_bytes =
        static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    utsname kernel{};
    if (::uname(&kernel) == 0) environment.kernel = std::string(kernel.sysname) + ' ' + kernel.release;
    environment.distribution = value_in("/etc/os-release", "PRETTY_NAME", '=');
    environment.file_system = file_system_of(folder);
    environment.compiler = "g++ " __VERSION__;
    const auto syncs = time_fdatasync(folder);
    environment.fdatasync_p50_us = syncs.quantile_us(0.5);
    environment.fdatasync_p99_us = syncs.quantile_us(0.99);
    return environment;
}

}  // namespace tokenstore::bench
