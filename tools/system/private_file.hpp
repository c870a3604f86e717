// A file that only its owner can read, which appears under its name once it is whole.
#pragma once

#include <filesystem>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

class PrivateFile {
public:
    /// Whether nothing stands at `path`; otherwise the error that says so.
    [[nodiscard]] static Result<void> check_vacant(const std::filesystem::path& path);

    /// Begins a file of mode 0600 beside where `path` will stand. Errors: io_error; already_exists, if something
    /// stands there.
    [[nodiscard]] static Result<PrivateFile> begin(const std::filesystem::path& path);

    PrivateFile(PrivateFile&& other) noexcept;
    PrivateFile& operator=(PrivateFile&&) = delete;
    PrivateFile(const PrivateFile&) = delete;
    PrivateFile& operator=(const PrivateFile&) = delete;
    ~PrivateFile();  ///< removes what was not finished

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// Syncs the file and gives it its name. Errors: io_error, disk_full, already_exists.
    [[nodiscard]] Result<void> finish();

private:
    PrivateFile(int descriptor, std::filesystem::path temporary, std::filesystem::path path) noexcept;

    int descriptor_;  // -1 once moved from
    std::filesystem::path temporary_;
    std::filesystem::path path_;
    bool finished_ = false;
};

}  // namespace tokenstore::tool
