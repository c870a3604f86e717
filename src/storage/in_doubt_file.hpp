// The rotations that failed without a known end, kept beside the engine.
//
// When the log cannot be written or synced, the failed batch may still come true at the next open: the presented token
// is then consumed although its client never got a successor, and the client's honest retry would look like theft. The
// engine takes no writes any more, so the hash of each token that the rotation consumes is noted here: a preallocated
// file that needs no new space on a full disk. At the next open the notes move into the database (in_doubt/ records).
// A note that does not check out is none.
//
// Threads: note(), any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include <tokenstore/error.hpp>

#include "codec/in_doubt_note.hpp"
#include "storage/host.hpp"

namespace rocksdb {
class RandomRWFile;
}

namespace tokenstore::storage {

inline constexpr const char* in_doubt_file_name = "IN_DOUBT";

class InDoubtFile {
public:
    /// Opens or makes the file. Errors: io_error, disk_full.
    [[nodiscard]] static Result<std::unique_ptr<InDoubtFile>> open(const Host& host,
                                                                   const std::filesystem::path& directory);

    ~InDoubtFile();
    InDoubtFile(const InDoubtFile&) = delete;
    InDoubtFile& operator=(const InDoubtFile&) = delete;

    /// Appends and syncs a note, unless it is there; false if the file is full or the disk refuses.
    bool note(const codec::InDoubtNote& note) noexcept;

    [[nodiscard]] Result<std::vector<codec::InDoubtNote>> notes() const;

    /// Forgets all notes, once they are safe elsewhere.
    [[nodiscard]] Result<void> clear();

private:
    explicit InDoubtFile(std::unique_ptr<rocksdb::RandomRWFile> file) noexcept;

    std::unique_ptr<rocksdb::RandomRWFile> file_;
    std::mutex mutex_;
    std::vector<codec::InDoubtNote> written_;  // guarded by mutex_
};

}  // namespace tokenstore::storage
