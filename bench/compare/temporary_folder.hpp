// A new folder below a given one, removed with all that is in it.
#pragma once

#include <filesystem>

namespace tokenstore::bench {

class TemporaryFolder {
public:
    explicit TemporaryFolder(const std::filesystem::path& parent);
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace tokenstore::bench
