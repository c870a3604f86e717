#include "system/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "system/interruption.hpp"
#include "system/os_error.hpp"

namespace tokenstore::tool {
namespace {

// A file that is gone with its last descriptor, whatever becomes of the process.
Result<int> open_nameless_file() {
    std::error_code failure;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(failure);
    if (failure) return os_error("cannot find the folder for temporary files ($TMPDIR)", failure.value());
    std::string pattern = (parent / "tokenstore-XXXXXX").string();
    const int descriptor = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (descriptor < 0) return os_error("cannot make a temporary file", errno);
    ::unlink(pattern.c_str());
    return descriptor;
}

Result<void> write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR && !interrupted()) continue;
        if (written < 0) return os_error("cannot write the temporary copy of the input", errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

InputFile::InputFile(int descriptor, std::optional<std::uint64_t> size_bytes) noexcept
    : descriptor_(descriptor), size_bytes_(size_bytes) {}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_bytes_(other.size_bytes_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_bytes_, other.size_bytes_);
    return *this;
}

InputFile::~InputFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<InputFile> InputFile::open(const std::filesystem::path& path, int standard_input) {
    const int descriptor =
        path == "-" ? ::fcntl(standard_input, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return os_error("cannot open the input", errno);
    InputFile file(descriptor, std::nullopt);
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0) return os_error("cannot open the input", errno);
    if (S_ISDIR(status.st_mode)) return os_error("cannot read the input", EISDIR);
    if (S_ISREG(status.st_mode)) file.size_bytes_ = static_cast<std::uint64_t>(status.st_size);
    return file;
}

Result<void> InputFile::make_rereadable(const std::function<void(std::uint64_t)>& watch) {
    if (size_bytes_) return {};
    const Result<int> copy_descriptor = open_nameless_file();
    if (!copy_descriptor) return copy_descriptor.error();
    InputFile copy(*copy_descriptor, 0);
    std::vector<char> block(256 << 10);
    for (;;) {
        const ssize_t length = read_until_interrupted(descriptor_, block.data(), block.size());
        if (length < 0) return os_error("cannot read the input", errno);
        if (length == 0) break;
        const std::string_view bytes(block.data(), static_cast<std::size_t>(length));
        if (Result<void> written = write_all(copy.descriptor_, bytes); !written) return written;
        watch(*copy.size_bytes_ += bytes.size());
    }
    std::swap(*this, copy);
    return rewind();
}

Result<void> InputFile::rewind() const {
    if (::lseek(descriptor_, 0, SEEK_SET) != 0) return os_error("cannot read the input again", errno);
    return {};
}

}  // namespace tokenstore::tool
