#include "compare/resources.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace tokenstore::bench {

namespace fs = std::filesystem;

namespace {

/// Of a process and of all that it has started.
std::uint64_t sum_over_tree(pid_t process, std::uint64_t (*bytes_of)(pid_t)) {
    auto total = bytes_of(process);
    const auto id = std::to_string(process);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    pid_t child = 0;
    while (children >> child) total += sum_over_tree(child, bytes_of);
    return total;
}

}  // namespace

std::uint64_t resident_bytes_of(pid_t process) {
    std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
    std::string word;
    while (rollup >> word) {
        std::uint64_t kib = 0;
        if (word == "Pss:" && rollup >> kib) return kib << 10U;
    }
    return 0;
}

std::uint64_t written_bytes_of(pid_t process) {
    std::ifstream accounts("/proc/" + std::to_string(process) + "/io");
    std::uint64_t written = 0;
    std::uint64_t cancelled = 0;
    std::string word;
    while (accounts >> word) {
        if (word == "write_bytes:") accounts >> written;
        if (word == "cancelled_write_bytes:") accounts >> cancelled;
    }
    return written - std::min(written, cancelled);
}

std::uint64_t resident_bytes_of_tree(pid_t server) { return sum_over_tree(server, resident_bytes_of); }
std::uint64_t written_bytes_of_tree(pid_t server) { return sum_over_tree(server, written_bytes_of); }

std::uint64_t disk_bytes_below(const fs::path& folder) {
    constexpr std::uint64_t block_bytes = 512;  // what st_blocks counts in, whatever the file system's own blocks are
    std::uint64_t total = 0;
    // A server may delete a file between its being listed and its being asked for: that one counts as nothing.
    std::error_code ignored;
    for (auto entry = fs::recursive_directory_iterator(folder, ignored); entry != fs::end(entry);
         entry.increment(ignored)) {
        struct stat file {};
        if (::lstat(entry->path().c_str(), &file) == 0 && S_ISREG(file.st_mode)) {
            total += static_cast<std::uint64_t>(file.st_blocks) * block_bytes;
        }
    }
    return total;
}

}  // namespace tokenstore::bench
