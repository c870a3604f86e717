// The checksum of a dump, in a file beside it: FILE.sha256, in the form of sha256sum, which can check it too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

[[nodiscard]] std::filesystem::path checksum_path(const std::filesystem::path& file);

/// What `sha256sum FILE` prints in the file's folder.
[[nodiscard]] std::string checksum_line(std::string_view digest_hex, const std::filesystem::path& file);

/// The digest that stands in the checksum file beside this file; nothing if there is none. Errors: corrupt if it holds
/// something else, io_error.
[[nodiscard]] Result<std::optional<std::string>> read_checksum(const std::filesystem::path& file);

}  // namespace tokenstore::tool
