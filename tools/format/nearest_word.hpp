// The word that somebody may have meant who wrote another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenstore::tool {

/// The one of `words` that is at most two changed, missing or superfluous letters away from what was written, and less
/// than half of its own length; the first of the nearest. Nothing if none is.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view written, const std::vector<std::string>& words);

}  // namespace tokenstore::tool
