// Reading a file in the engine's log format: a write-ahead log or a manifest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include <tokenstore/error.hpp>

#include "codec/engine_log.hpp"
#include "storage/host.hpp"

namespace tokenstore::storage {

/// Hands a whole file to `records`, and answers its size. Errors: io_error, read_only_directory.
[[nodiscard]] Result<std::uint64_t> read_log_file(const Host& host, const std::filesystem::path& path,
                                                  codec::LogRecords& records);

/// The number between two parts of a file's name; nothing for another name.
[[nodiscard]] std::optional<std::uint64_t> number_in_name(std::string_view name, std::string_view before,
                                                          std::string_view behind) noexcept;

}  // namespace tokenstore::storage
