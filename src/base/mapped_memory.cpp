#include "base/mapped_memory.hpp"

#include <new>

#include <sys/mman.h>

namespace tokenstore::base {

MappedMemory::MappedMemory(std::size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (madvise(memory, bytes, MADV_DONTDUMP) != 0) {
        munmap(memory, bytes);
        throw std::bad_alloc();
    }
    // Random access to many small pages looks each of them up anew. A system that has no large pages left, or none at
    // all, works the same, a little slower.
    static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
    memory_ = memory;
}

MappedMemory::~MappedMemory() {
    if (memory_ != nullptr) munmap(memory_, bytes_);
}

}  // namespace tokenstore::base
