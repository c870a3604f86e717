// The engine's manifest, which says what table files a store consists of, and from which log on it goes on in logs.
//
// Each opening begins a manifest with all that there is; every flush and every compaction adds a record.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <filesystem>

#include <tokenstore/error.hpp>

#include "storage/host.hpp"

namespace tokenstore::storage {

struct Manifest {
    std::uint64_t number = 0;  ///< manifests and logs are numbered in turn
    std::uint64_t bytes = 0;
    std::uint64_t oldest_log_needed = 0;  ///< older ones are in table files whole
    std::uint64_t last_sequence = 0;      ///< of the changes made when its last record was written

    friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// Reads the manifest that CURRENT names. Errors: corrupt, io_error, read_only_directory.
[[nodiscard]] Result<Manifest> read_manifest(const Host& host, const std::filesystem::path& directory);

}  // namespace tokenstore::storage
