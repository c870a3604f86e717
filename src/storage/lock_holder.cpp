#include "storage/lock_holder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <mutex>

namespace tokenstore::storage {

namespace {

std::string describe_process(pid_t pid) {
    std::string program;
    std::ifstream comm("/proc/" + std::to_string(pid) + "/comm");
    std::getline(comm, program);
    auto text = "process " + std::to_string(pid);
    if (!program.empty()) text += " (" + program + ")";
    return text;
}

struct Registry {
    std::mutex mutex;
    std::map<std::filesystem::path, pid_t> stores;  // canonical directory -> the process that entered it
};

Registry& registry() {
    static auto* const instance = new Registry;  // never destroyed: stores may be closed by static destructors
    return *instance;
}

}  // namespace

bool OpenStores::enter(const std::filesystem::path& directory) {
    const std::lock_guard lock(registry().mutex);
    const auto [entry, entered] = registry().stores.try_emplace(std::filesystem::canonical(directory), ::getpid());
    if (!entered && entry->second == ::getpid()) return false;
    entry->second = ::getpid();
    return true;
}

void OpenStores::leave(const std::filesystem::path& directory) {
    const std::lock_guard lock(registry().mutex);
    std::error_code ignored;  // a directory that was removed meanwhile is found by its name
    const auto canonical = std::filesystem::weakly_canonical(directory, ignored);
    registry().stores.erase(ignored ? directory : canonical);
}

std::optional<std::string> lock_holder(const std::filesystem::path& directory) {
    const int file = ::open((directory / "LOCK").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const int answered = ::fcntl(file, F_GETLK, &lock);
    ::close(file);
    if (answered != 0 || lock.l_type == F_UNLCK) return std::nullopt;
    return describe_process(lock.l_pid);
}

std::string this_process() { return "this process, " + describe_process(::getpid()); }

}  // namespace tokenstore::storage
