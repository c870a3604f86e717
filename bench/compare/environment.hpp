// Where the figures were taken: the machine, the system, and the disk's own speed.
#pragma once

#include <filesystem>
#include <string>

namespace tokenstore::bench {

struct Environment {
    std::string taken_at;
    std::string processor;
    unsigned processors = 0;
    std::uint64_t memory_bytes = 0;
    std::string kernel;
    std::string distribution;
    std::string file_system;
    std::string compiler;
    double fdatasync_p50_us = 0;  ///< of appending 512 bytes to a file in the folder of the data
    double fdatasync_p99_us = 0;
};

[[nodiscard]] Environment look_at_environment(const std::filesystem::path& folder);

}  // namespace tokenstore::bench
