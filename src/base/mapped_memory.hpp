// A large piece of zeroed memory that takes up room only where it is written, and is left out of core dumps.
#pragma once

#include <cstddef>
#include <utility>

namespace tokenstore::base {

class MappedMemory {
public:
    MappedMemory() noexcept = default;

    /// Of at least this size, aligned to a page; none for 0. Throws std::bad_alloc.
    explicit MappedMemory(std::size_t bytes);

    MappedMemory(MappedMemory&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    MappedMemory& operator=(MappedMemory&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    MappedMemory(const MappedMemory&) = delete;
    MappedMemory& operator=(const MappedMemory&) = delete;
    ~MappedMemory();

    [[nodiscard]] void* data() const noexcept { return memory_; }

private:
    void* memory_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace tokenstore::base
