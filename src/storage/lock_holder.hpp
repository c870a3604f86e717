// Who holds a store: the process whose lock on the engine's LOCK file keeps us out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <tokenstore/store_holder.hpp>

namespace tokenstore::storage {

/// Who holds the store, or nothing if no other process does. Only for a store that this
/// process does not have open: asking opens and closes the LOCK file, and closing any descriptor of a file drops all of
/// a process's own locks on it.
[[nodiscard]] std::optional<StoreHolder> lock_holder(const std::filesystem::path& directory);

/// "process 4711 (gateway)".
[[nodiscard]] std::string describe(const StoreHolder& holder);

/// This process, in the same words.
[[nodiscard]] std::string this_process();

}  // namespace tokenstore::storage
