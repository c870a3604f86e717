// The engine's manifest, which says what table files a store consists of, and from which log on it goes on in logs; and
// the proof that it is whole, before the engine believes it.
//
// Each opening begins a manifest with all that there is; every flush and every compaction adds a record. The engine of
// 7.8 leaves out a last record that is cut short, and with it all that stands behind a length that was garbled; and it
// passes over a range of zeros. It then opens the store as of an earlier moment. The log does not always tell: where
// all column families but one were flushed, the manifest knows of the last change, and the one is missing what its
// own record added.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <tokenstore/error.hpp>

#include "codec/engine_log.hpp"
#include "codec/high_water_slot.hpp"
#include "storage/host.hpp"

namespace tokenstore::storage {

struct Manifest {
    std::string name;                               ///< of its file
    std::uint64_t number = 0;                       ///< manifests and logs are numbered in turn
    std::uint64_t oldest_log_needed = 0;            ///< older ones are in table files whole
    std::uint64_t newest_log_flushed = 0;           ///< what older ones hold of some column family is in table files
    std::uint64_t last_sequence = 0;                ///< the greatest of the changes in table files
    std::uint64_t proven_bytes = 0;                 ///< so far its records are whole
    codec::LogFault fault = codec::LogFault::none;  ///< of what stands there
    bool goes_on_behind = false;                    ///< whole records stand behind the fault

    friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// Reads the manifest that CURRENT names, up to its first fault; a faulty one is read twice. Errors: corrupt, io_error,
/// read_only_directory.
[[nodiscard]] Result<Manifest> read_manifest(const Host& host, const std::filesystem::path& directory);

/// What is wrong with a manifest, for the message of the error `corrupt`; nothing if it can be believed. A record that
/// was being written when the process ended is no damage, nor is any unsynced end after a power failure.
[[nodiscard]] std::optional<std::string> find_damage(const Manifest& manifest,
                                                     const std::optional<codec::HighWater>& mark,
                                                     const std::optional<BootId>& boot);

}  // namespace tokenstore::storage
