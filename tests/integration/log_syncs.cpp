#include "integration/log_syncs.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <string_view>

namespace tokenstore::test {
namespace {

std::atomic<std::uint64_t> syncs{0};
std::atomic<int> failing{0};

bool is_log_file(int file) {
    const auto link = "/proc/self/fd/" + std::to_string(file);
    std::array<char, 4096> path{};
    const auto length = ::readlink(link.c_str(), path.data(), path.size());
    return length > 0 && std::string_view(path.data(), static_cast<std::size_t>(length)).ends_with(".log");
}

}  // namespace

std::uint64_t log_syncs() noexcept { return syncs; }

FailingLogSyncs::FailingLogSyncs() noexcept { ++failing; }
FailingLogSyncs::~FailingLogSyncs() { --failing; }

}  // namespace tokenstore::test

extern "C" int fdatasync(int file) {
    if (tokenstore::test::is_log_file(file)) {
        ++tokenstore::test::syncs;
        if (tokenstore::test::failing > 0) {
            errno = EIO;
            return -1;
        }
    }
    return static_cast<int>(::syscall(SYS_fdatasync, file));
}
