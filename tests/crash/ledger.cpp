#include "crash/ledger.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tokenstore::test {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Ledger::Ledger(const std::filesystem::path& file, int flags) {
    const int descriptor = ::open(file.c_str(), flags | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) fail("opening the ledger");
    if (::ftruncate(descriptor, sizeof(LedgerPages)) != 0) {
        ::close(descriptor);
        fail("making room for the ledger");
    }
    void* const mapped = ::mmap(nullptr, sizeof(LedgerPages), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (mapped == MAP_FAILED) fail("mapping the ledger");
    // The bytes of the file are the object, in either process: zero in all of its members is its initial state.
    pages_ = static_cast<LedgerPages*>(mapped);
}

Ledger Ledger::make(const std::filesystem::path& file) { return {file, O_CREAT | O_TRUNC}; }
Ledger Ledger::open(const std::filesystem::path& file) { return {file, 0}; }

Ledger::Ledger(Ledger&& other) noexcept : pages_(std::exchange(other.pages_, nullptr)) {}

Ledger::~Ledger() {
    if (pages_ != nullptr) ::munmap(pages_, sizeof(LedgerPages));
}

std::span<const LedgerEntry> Ledger::entries_of(std::size_t thread) const {
    const auto& all = pages_->entries.at(thread);
    const auto begun = std::ranges::find_if(
        all, [](const LedgerEntry& entry) { return entry.progress.load() == LedgerProgress::none; });
    return {all.begin(), begun};
}

}  // namespace tokenstore::test
