#include "storage/lock_holder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace tokenstore::storage {

namespace {

StoreHolder process(pid_t pid) {
    StoreHolder process{pid, {}};
    std::ifstream comm("/proc/" + std::to_string(pid) + "/comm");
    std::getline(comm, process.program);
    return process;
}

}  // namespace

std::optional<StoreHolder> lock_holder(const std::filesystem::path& directory) {
    const int file = ::open((directory / "LOCK").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const int answered = ::fcntl(file, F_GETLK, &lock);
    ::close(file);
    if (answered != 0 || lock.l_type == F_UNLCK) return std::nullopt;
    return process(lock.l_pid);
}

std::string describe(const StoreHolder& holder) {
    auto text = "process " + std::to_string(holder.pid);
    if (!holder.program.empty()) text += " (" + holder.program + ")";
    return text;
}

std::string this_process() { return "this process, " + describe(process(::getpid())); }

}  // namespace tokenstore::storage
