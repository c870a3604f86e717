// Tables of text for people, aligned by what a terminal shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenstore::tool {

/// How NULL and the empty string look in a table, apart from each other and from text.
inline constexpr std::string_view shown_null = "-";
inline constexpr std::string_view shown_empty = "\"\"";

/// A stored text as a table shows it: terminal_text(), or one of the two above.
[[nodiscard]] std::string shown_text(const std::optional<std::string>& text);

/// Lines of columns two blanks apart, the first row being the headings. Every cell must be fit for a terminal.
/// Precondition: all rows have the length of the first.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace tokenstore::tool
