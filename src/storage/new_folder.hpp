// A folder in the making: it gets to its place whole, or is removed.
//
// It is PLACE.making/copy meanwhile, and PLACE.making is locked (flock). So what a killed process left behind is told
// from what another one is busy with: the former is removed, the latter is left alone. The folder itself is not locked:
// a store in it has to be opened.
//
// Threads: one at a time.
#pragma once

#include <filesystem>

#include <tokenstore/error.hpp>

namespace tokenstore::storage {

class NewFolder {
public:
    /// Errors: already_exists for `wanted`, and for something else of the folder's name; busy while another process
    /// makes it; io_error.
    [[nodiscard]] static Result<NewFolder> beside(const std::filesystem::path& wanted);

    NewFolder(NewFolder&& other) noexcept;
    NewFolder& operator=(NewFolder&&) = delete;
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;
    ~NewFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_; }

    /// Removes the files in it.
    [[nodiscard]] Result<void> empty() const;

    /// Renames it, durably. What is in it is to be synced before.
    [[nodiscard]] Result<void> put_in_place();

private:
    NewFolder(std::filesystem::path place, std::filesystem::path making, int lock);

    std::filesystem::path place_;
    std::filesystem::path making_;  // empty once moved from
    std::filesystem::path folder_;
    int lock_;  // a descriptor of making_
};

}  // namespace tokenstore::storage
