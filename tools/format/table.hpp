// Tables of text for people, aligned by what a terminal shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/colour.hpp"

namespace tokenstore::tool {

/// How NULL and the empty string look in a table, apart from each other and from text.
inline constexpr std::string_view shown_null = "-";
inline constexpr std::string_view shown_empty = "\"\"";

/// A stored text as a table shows it: terminal_text(), or one of the two above.
[[nodiscard]] std::string shown_text(const std::optional<std::string>& text);

/// A time to the second, or shown_null.
[[nodiscard]] std::string shown_time(std::optional<std::int64_t> time_us);

/// 1234567 as "1,234,567".
[[nodiscard]] std::string with_thousands(std::uint64_t number);

/// One field of a table, fit for a terminal.
struct Cell {
    std::string text;
    Colour colour = Colour::none;
    bool to_the_right = false;

    Cell(std::string shown, Colour shown_in = Colour::none) : text(std::move(shown)), colour(shown_in) {}
    Cell(std::string_view shown, Colour shown_in = Colour::none) : Cell(std::string(shown), shown_in) {}
    Cell(const char* shown, Colour shown_in = Colour::none) : Cell(std::string(shown), shown_in) {}

    /// A number, which stands at the right of its column.
    explicit Cell(std::uint64_t number) : text(with_thousands(number)), to_the_right(true) {}
};

using Row = std::vector<Cell>;

/// Lines of columns two blanks apart, the first row being the headings; a heading stands where its column does. Without
/// `colours` no cell has any. `widths`, where given, are what the columns take at least, and becomes what they take:
/// for a table that goes on. Precondition: all rows have the length of the first.
[[nodiscard]] std::string table(std::vector<Row> rows, bool colours = false,
                                std::vector<std::size_t>* widths = nullptr);

/// Lines "name:  value", the values below each other.
[[nodiscard]] std::string field_list(const std::vector<std::pair<std::string_view, Cell>>& fields,
                                     bool colours = false);

/// A bar of at most `columns_max` columns, as long as `value` is of `greatest`; something is to be seen of every value
/// but 0.
[[nodiscard]] std::string bar(std::uint64_t value, std::uint64_t greatest, std::size_t columns_max = 40);

}  // namespace tokenstore::tool
