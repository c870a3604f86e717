// Opening a dump to read it.
#pragma once

#include <filesystem>

#include "system/input_file.hpp"
#include "verbs/console.hpp"

namespace tokenstore::tool {

/// Opens a file of rows, "-" being standard input, and checks it against its checksum file if there is one: a dump that
/// is not what it was when it was written is not believed. Errors: io_error, corrupt.
[[nodiscard]] Result<InputFile> open_dump(const std::filesystem::path& path, Console& console);

}  // namespace tokenstore::tool
