#include "system/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "system/os_error.hpp"

namespace tokenstore::tool {

namespace {

Error occupied(const std::filesystem::path& path) {
    return {ErrorCode::already_exists, WriteState::nothing_written,
            path.string() + " is there already and is not replaced: name another file, or move that one away"};
}

}  // namespace

Result<void> PrivateFile::check_vacant(const std::filesystem::path& path) {
    struct stat status = {};
    if (::lstat(path.c_str(), &status) == 0) return occupied(path);
    return {};
}

Result<PrivateFile> PrivateFile::begin(const std::filesystem::path& path) {
    if (Result<void> vacant = check_vacant(path); !vacant) return vacant.error();
    std::string temporary = path.string() + ".XXXXXX";
    const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600
    if (descriptor < 0) return os_error("cannot write the file", errno);
    return PrivateFile(descriptor, std::move(temporary), path);
}

PrivateFile::PrivateFile(int descriptor, std::filesystem::path temporary, std::filesystem::path path) noexcept
    : descriptor_(descriptor), temporary_(std::move(temporary)), path_(std::move(path)) {}

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      temporary_(std::move(other.temporary_)),
      path_(std::move(other.path_)),
      finished_(other.finished_) {}

PrivateFile::~PrivateFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    if (!finished_) ::unlink(temporary_.c_str());
}

Result<void> PrivateFile::finish() {
    if (::fsync(descriptor_) != 0) return os_error("cannot write the file", errno);
    if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) return occupied(path_);
        return os_error("cannot write the file", errno);
    }
    finished_ = true;
    return {};
}

}  // namespace tokenstore::tool
