// Who holds a store: the process whose lock on the engine's LOCK file keeps us out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tokenstore::storage {

/// The stores that this process has open. Asking who holds the LOCK file opens and closes it, and closing any
/// descriptor of a file drops all of a process's locks on it: so never ask about a store of our own. Any thread.
class OpenStores {
public:
    /// Enters a store's directory; false if this process has it open. Entries of a parent process do not count.
    [[nodiscard]] static bool enter(const std::filesystem::path& directory);
    static void leave(const std::filesystem::path& directory);
};

/// "process 4711 (gateway)": who holds the store, or nothing if no other process does. Only for a store that this
/// process does not have open.
[[nodiscard]] std::optional<std::string> lock_holder(const std::filesystem::path& directory);

/// This process, in the same words.
[[nodiscard]] std::string this_process();

}  // namespace tokenstore::storage
