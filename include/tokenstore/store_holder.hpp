// Who holds a store.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tokenstore {

struct StoreHolder {
    long pid = 0;
    std::string program;  ///< as the system names it; empty where it does not tell
};

/// The other process that has the store open, or nothing. Only for a store that this process does not have open: asking
/// drops this process's own lock on it.
[[nodiscard]] std::optional<StoreHolder> holder_of(const std::filesystem::path& directory);

}  // namespace tokenstore
