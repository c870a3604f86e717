// Who holds a store: the process whose lock on the engine's LOCK file keeps us out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tokenstore::storage {

/// "process 4711 (gateway)": who holds the store, or nothing if no other process does. Only for a store that this
/// process does not have open: asking opens and closes the LOCK file, and closing any descriptor of a file drops all of
/// a process's own locks on it.
[[nodiscard]] std::optional<std::string> lock_holder(const std::filesystem::path& directory);

/// This process, in the same words.
[[nodiscard]] std::string this_process();

}  // namespace tokenstore::storage
