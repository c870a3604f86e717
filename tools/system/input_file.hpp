// A file opened for reading, possibly more than once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

class InputFile {
public:
    /// "-" is what `standard_input` stands for, which is borrowed. Error: io_error.
    [[nodiscard]] static Result<InputFile> open(const std::filesystem::path& path, int standard_input);

    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&& other) noexcept;
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// Absent for what has no size of its own, such as a pipe.
    [[nodiscard]] std::optional<std::uint64_t> size_bytes() const noexcept { return size_bytes_; }

    /// Makes the file readable from the start as often as wanted: what is no regular file is copied into a temporary
    /// one that has no name. `watch` hears how many bytes were copied so far. Errors: io_error, disk_full.
    [[nodiscard]] Result<void> make_rereadable(const std::function<void(std::uint64_t)>& watch);

    /// Back to the start. Error: io_error.
    [[nodiscard]] Result<void> rewind() const;

private:
    InputFile(int descriptor, std::optional<std::uint64_t> size_bytes) noexcept;

    int descriptor_;  // -1 once moved from
    std::optional<std::uint64_t> size_bytes_;
};

}  // namespace tokenstore::tool
