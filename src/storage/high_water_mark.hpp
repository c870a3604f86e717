// How far log and manifest were synced, kept in a file beside the engine: what a file that lost its end cannot tell of
// itself.
//
// The mark is handed to the system with each synced commit, which costs no sync of its own: it survives the end of the
// process at once, and a power failure once the system has written it out, within a minute (Maintenance syncs it). A
// mark that is behind only proves less; it never runs ahead of what is synced.
//
// Threads: any, but for begin().
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include <tokenstore/error.hpp>

#include "codec/high_water_slot.hpp"
#include "storage/host.hpp"

namespace rocksdb {
class RandomRWFile;
}

namespace tokenstore::storage {

inline constexpr const char* high_water_file_name = "HIGH_WATER";

/// The mark of a store that is not open; nothing if the file is missing or unreadable. Errors: io_error,
/// read_only_directory.
[[nodiscard]] Result<std::optional<codec::HighWater>> read_high_water(const Host& host,
                                                                      const std::filesystem::path& directory);

class HighWaterMark {
public:
    /// Puts a new file in place of the old one, if any, whole and synced. Errors: io_error, disk_full.
    [[nodiscard]] static Result<std::unique_ptr<HighWaterMark>> begin(const Host& host,
                                                                      const std::filesystem::path& directory,
                                                                      const codec::HighWater& mark);

    ~HighWaterMark();
    HighWaterMark(const HighWaterMark&) = delete;
    HighWaterMark& operator=(const HighWaterMark&) = delete;

    /// On return the mark is with the system, so that it outlives the process: what is behind it in the log was not
    /// answered. False where the file cannot be written.
    [[nodiscard]] bool raise(const codec::SyncNote& synced) noexcept;

    /// The same for the manifest.
    void raise_manifest(const codec::ManifestExtent& synced) noexcept;

    /// The greatest sequence that was given, with its log or an older one.
    [[nodiscard]] codec::SyncNote synced() const noexcept;

    /// Writes the mark and syncs its file. Errors: io_error, disk_full.
    [[nodiscard]] Result<void> sync();

private:
    HighWaterMark(std::unique_ptr<rocksdb::RandomRWFile> file, const codec::HighWater& mark);

    [[nodiscard]] bool write_behind();

    std::atomic<std::uint64_t> sequence_;
    std::atomic<std::uint64_t> log_number_;
    std::mutex mutex_;  // guards what follows
    std::unique_ptr<rocksdb::RandomRWFile> file_;
    codec::ManifestExtent manifest_;
    codec::HighWater written_;
    bool in_second_slot_ = false;
};

}  // namespace tokenstore::storage
