// A file that lies in memory, for code that reads from a descriptor or writes to one.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace tokenstore::test {

class MemoryFile {
public:
    /// Stands at its beginning.
    explicit MemoryFile(std::string_view content = {}) : descriptor_(::memfd_create("tokenstore-test", MFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make a file in memory");
        const auto size = static_cast<ssize_t>(content.size());
        if (::pwrite(descriptor_, content.data(), content.size(), 0) != size) {
            throw std::system_error(errno, std::generic_category(), "cannot fill a file in memory");
        }
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// All of it, wherever it stands.
    [[nodiscard]] std::string content() const {
        std::string bytes(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
        const ssize_t length = ::pread(descriptor_, bytes.data(), bytes.size(), 0);
        if (length < 0) throw std::system_error(errno, std::generic_category(), "cannot read a file in memory");
        bytes.resize(static_cast<std::size_t>(length));
        return bytes;
    }

private:
    int descriptor_;
};

}  // namespace tokenstore::test
