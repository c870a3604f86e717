#include "support/private_mounts.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace tokenstore::test {

namespace {

void check(int answered, const char* what) {
    if (answered != 0) throw std::system_error(errno, std::generic_category(), what);
}

void write_file(const char* path, const std::string& text) {
    std::ofstream file(path);
    file << text << std::flush;
    check(file ? 0 : -1, path);
}

}  // namespace

boost::test_tools::assertion_result mounts_are_permitted(boost::unit_test::test_unit_id /*unit*/) {
    const pid_t child = ::fork();
    if (child == 0) {
        int answer = 1;
        try {
            enter_private_mounts();
            mount_memory(std::filesystem::temp_directory_path(), 1U << 20U);
            answer = 0;
        } catch (const std::system_error&) {  // the answer says it
        }
        ::_exit(answer);
    }
    int status = -1;
    const bool permitted = child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
    boost::test_tools::assertion_result result(permitted);
    if (!permitted) result.message() << "this system lets no process mount a file system of its own";
    return result;
}

void enter_private_mounts() {
    const auto user = ::geteuid();
    const auto group = ::getegid();
    if (::unshare(CLONE_NEWNS) != 0) {  // which takes more rights than a user namespace of one's own
        check(::unshare(CLONE_NEWUSER | CLONE_NEWNS), "leaving the users and mounts of the system");
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
        write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
    }
    check(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "keeping mounts private");
}

void mount_memory(const std::filesystem::path& folder, std::size_t bytes) {
    const auto options = "mode=0700,size=" + std::to_string(bytes);
    check(::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()), "mounting a file system in memory");
}

void make_read_only(const std::filesystem::path& folder) {
    check(::mount("none", folder.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), "making a file system read-only");
}

}  // namespace tokenstore::test
