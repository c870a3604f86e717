// The options that the engine was last opened with by a store's owner, as it noted them beside the store.
#pragma once

#include <filesystem>
#include <vector>

#include <tokenstore/error.hpp>
#include <tokenstore/figures.hpp>

namespace tokenstore::storage {

/// In the order of the newest file OPTIONS-*; nothing where there is none. Errors: io_error, read_only_directory.
[[nodiscard]] Result<std::vector<EngineOption>> read_stored_options(const std::filesystem::path& directory);

}  // namespace tokenstore::storage
