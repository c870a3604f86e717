// What a power failure makes of a folder: everything that was not synced may be missing, torn, zero, garbage, or there
// in part and in any order; and what was made, renamed or removed without a sync of the directory may not have been.
//
// A hook that lets all input and output through until the power goes off, and remembers what has not been synced. Then
// it leaves the disk in one of the states that may be found after a power failure, and ends the process, which so never
// sees an error: the machine is gone.
//
// Threads: any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/dice.hpp"
#include "support/hooked_file_system.hpp"

namespace tokenstore::test {

class PowerLoss final : public IoHook {
public:
    /// The power goes off at the n-th change of the disk from now on, which is not done any more; n is at least 1.
    /// What is overwritten, replaced or removed until then lies in the folder `aside`, an empty one on the same file
    /// system. `last_words` is told what became of what was not synced, one line each.
    PowerLoss(std::uint64_t nth_change, std::uint64_t seed, std::filesystem::path aside,
              std::function<void(const std::string&)> last_words);

    IoFault before(const Io& io) override;
    void after(const Io& io) override;
    void not_done(const Io& io) override;

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

    [[noreturn]] void go_off(std::unique_lock<std::mutex>& lock);
    std::string spoil();
    void lay_aside(const std::string& path, Entry& entry);
    void undo(const Entry& entry);
    void lose_entries(std::string& report);
    void lose_bytes(const std::string& path, const File& file, std::string& report);

    const std::filesystem::path aside_;
    const std::function<void(const std::string&)> last_words_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable none_under_way_;
    Dice dice_;
    std::uint64_t changes_left_;
    std::uint64_t under_way_ = 0;  // changes that were begun and have not ended
    bool off_ = false;
    std::map<std::string, File> files_;  // those that have something unsynced, or had
    std::vector<Entry> entries_;
    std::uint64_t next_aside_ = 0;
};

}  // namespace tokenstore::test
