// Tokens back from the JSON that dump writes.
#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include <tokenstore/token.hpp>

#include "format/token_csv.hpp"

namespace tokenstore::tool {

/// Reads one line, an object that holds the origin's columns under their names; what it holds besides is passed over.
/// Refused is a line that names a key twice, and one that says both that a token was and that it was not revoked.
/// What the store checks itself is left to it. No problem repeats what stands in the line.
[[nodiscard]] tl::expected<Token, RowProblem> token_from_json(std::string_view line);

}  // namespace tokenstore::tool
