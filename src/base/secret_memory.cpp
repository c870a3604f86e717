#include "base/secret_memory.hpp"

#include <cstring>
#include <mutex>
#include <type_traits>

#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tokenstore::base {

namespace {

constexpr std::size_t pages_per_growth = 4;

// A free slot holds the address of the next free one in its last bytes; the rest of it is zeros. So releasing a slot
// needs no memory and cannot fail.
constexpr std::size_t link_offset = secret_slot_bytes - sizeof(char*);

char* next_free(const char* slot) noexcept {
    char* next = nullptr;
    std::memcpy(&next, slot + link_offset, sizeof next);
    return next;
}

void set_next_free(char* slot, char* next) noexcept { std::memcpy(slot + link_offset, &next, sizeof next); }

struct Pool {
    std::mutex mutex;
    char* first_free = nullptr;
    bool survives_fork = false;
};

// Ready before any constructor runs and never destroyed, so that static objects may hold secrets.
static_assert(std::is_trivially_destructible_v<Pool>);
constinit Pool pool;

// A fork while another thread is in the pool would leave the child a locked mutex and half a list. These run around
// every fork, on the forking thread.
void lock_pool() { pool.mutex.lock(); }
void unlock_pool() { pool.mutex.unlock(); }

// Both under the mutex.

bool guard_against_forks() noexcept {
    if (!pool.survives_fork) pool.survives_fork = pthread_atfork(lock_pool, unlock_pool, unlock_pool) == 0;
    return pool.survives_fork;
}

bool grow() noexcept {
    const long page_bytes = sysconf(_SC_PAGESIZE);
    if (page_bytes <= 0 || !guard_against_forks()) return false;
    const std::size_t bytes = pages_per_growth * static_cast<std::size_t>(page_bytes);

    void* const pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return false;
    // Staying out of core dumps is a promise; staying out of swap is as good as RLIMIT_MEMLOCK allows.
    if (madvise(pages, bytes, MADV_DONTDUMP) != 0) {
        munmap(pages, bytes);
        return false;
    }
    static_cast<void>(mlock(pages, bytes));

    char* const begin = static_cast<char*>(pages);
    for (std::size_t end = bytes; end > 0; end -= secret_slot_bytes) {
        char* const slot = begin + (end - secret_slot_bytes);
        set_next_free(slot, pool.first_free);
        pool.first_free = slot;
    }
    return true;
}

}  // namespace

char* acquire_secret() noexcept {
    const std::lock_guard lock(pool.mutex);
    if (pool.first_free == nullptr && !grow()) return nullptr;
    char* const slot = pool.first_free;
    pool.first_free = next_free(slot);
    set_next_free(slot, nullptr);
    return slot;
}

void release_secret(char* slot) noexcept {
    if (slot == nullptr) return;
    OPENSSL_cleanse(slot, secret_slot_bytes);
    const std::lock_guard lock(pool.mutex);
    set_next_free(slot, pool.first_free);
    pool.first_free = slot;
}

}  // namespace tokenstore::base
