// A temporary folder that only its owner can look into, removed with all that it holds at the end.
#pragma once

#include <filesystem>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

class PrivateFolder {
public:
    /// Makes a folder of mode 0700 under $TMPDIR. Error: io_error.
    [[nodiscard]] static Result<PrivateFolder> make();

    PrivateFolder(PrivateFolder&& other) noexcept;
    PrivateFolder& operator=(PrivateFolder&&) = delete;
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;
    ~PrivateFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    explicit PrivateFolder(std::filesystem::path path) noexcept;

    std::filesystem::path path_;  // empty once moved from
};

}  // namespace tokenstore::tool
