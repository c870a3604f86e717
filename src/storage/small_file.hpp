// Reading and replacing the store's own small files, which lie beside the engine's. They go through the host's file
// system, like everything else that has to survive.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/error.hpp>

#include "storage/host.hpp"

namespace tokenstore::storage {

/// The whole file; nothing if there is none. Errors: io_error, read_only_directory.
[[nodiscard]] Result<std::optional<std::string>> read_small_file(const Host& host, const std::filesystem::path& path);

/// Puts a new content in place of the old one: after a crash either is there whole. Synced, with its directory.
/// Errors: io_error, disk_full.
[[nodiscard]] Result<void> replace_small_file(const Host& host, const std::filesystem::path& path,
                                              std::string_view content);

/// Makes a file, whole and synced; its entry in the directory is the caller's to sync. Errors: io_error, disk_full.
[[nodiscard]] Result<void> make_small_file(const Host& host, const std::filesystem::path& path,
                                           std::string_view content);

/// Errors: io_error.
[[nodiscard]] Result<void> sync_directory(const Host& host, const std::filesystem::path& directory);

}  // namespace tokenstore::storage
