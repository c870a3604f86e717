// How long a disk takes to make an appended write safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

/// Appends pieces of this size to a new file in the folder, each followed by fdatasync(), for about so long, and
/// answers how long each took, in nanoseconds, in ascending order. The file is removed. `watch` is called after each.
/// Ends early when interrupted.
[[nodiscard]] Result<std::vector<std::int64_t>> time_syncs(const std::filesystem::path& folder, std::size_t bytes,
                                                           double seconds, const std::function<void()>& watch);

}  // namespace tokenstore::tool
