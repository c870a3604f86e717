#include "system/private_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "system/os_error.hpp"

namespace tokenstore::tool {

Result<PrivateFolder> PrivateFolder::make() {
    std::error_code failure;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(failure);
    if (failure) return os_error("cannot find the folder for temporary files ($TMPDIR)", failure.value());
    std::string pattern = (parent / "tokenstore-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return os_error("cannot make a temporary folder", errno);
    return PrivateFolder(std::filesystem::path(pattern));
}

PrivateFolder::PrivateFolder(std::filesystem::path path) noexcept : path_(std::move(path)) {}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

PrivateFolder::~PrivateFolder() {
    if (path_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace tokenstore::tool
