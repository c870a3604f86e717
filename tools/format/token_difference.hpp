// In which columns of the origin's table two tokens differ.
#pragma once

#include <string>

#include <tokenstore/token.hpp>

namespace tokenstore::tool {

/// The token as its row in the origin's table has it: what dumps of every form can tell.
[[nodiscard]] Token as_origin_row(const JudgedToken& judged);

/// The names of the columns that differ, separated by commas; empty if none does. Both are origin rows.
[[nodiscard]] std::string differing_columns(const Token& a, const Token& b);

}  // namespace tokenstore::tool
