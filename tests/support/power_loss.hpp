// What a power failure makes of a folder: everything that was not synced may be missing, torn, zero, garbage, or there
// in part and in any order; and what was made, renamed or removed without a sync of the directory may not have been.
//
// A hook that lets all input and output through until the power goes off, and remembers what has not been synced.
// fail() then makes one of the states that a disk may be found in.
//
// Threads: the hook any; the rest one, while no store is open.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temporary_directory.hpp"

namespace tokenstore::test {

class PowerLoss final : public IoHook {
public:
    /// The power goes off at the n-th change of the disk from now on; that one is not done any more.
    void go_off_after(std::uint64_t changes);

    [[nodiscard]] bool is_off() const { return off_; }

    /// Everything that was done lasts from now on, as after a sync() of the whole system. No store may be open.
    void settle();

    /// Leaves the disk as a power failure might, and turns the power on. No store may be open. Answers what became of
    /// what was not synced, one line each.
    std::string fail(Dice& dice);

    IoFault before(const Io& io) override;
    void after(const Io& io) override;

private:
    /// Bytes that were written and not synced; for an append there is no `old`.
    struct Unsynced {
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        std::string old;
    };
    struct File {
        std::uint64_t synced_bytes = 0;  // of appends
        std::uint64_t bytes = 0;
        std::vector<Unsynced> overwrites;
    };
    /// A change of the directory that was not synced. A removed or replaced file lies aside meanwhile.
    struct Entry {
        IoKind kind = IoKind::create;
        std::string path;
        std::string target;
        std::string aside;  // what stood at `path` (remove, create) or `target` (rename); empty if nothing
        File file;          // its state
    };

    void lay_aside(const std::string& path, Entry& entry);
    void undo(const Entry& entry);
    void lose_entries(Dice& dice, std::string& report);
    void lose_bytes(const std::string& path, const File& file, Dice& dice, std::string& report);

    std::atomic<bool> off_{false};
    std::mutex mutex_;  // guards what follows
    std::uint64_t changes_left_ = ~std::uint64_t{0};
    std::map<std::string, File> files_;  // those that have something unsynced, or had
    std::vector<Entry> entries_;
    TemporaryDirectory aside_{folder_in_memory()};
    std::uint64_t next_aside_ = 0;
};

}  // namespace tokenstore::test
