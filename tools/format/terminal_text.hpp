// Text from a store or a file, made safe and honest for a person's eyes: a device name is chosen by whoever logs in,
// and must not move the cursor, colour the screen, reverse the line or look like another row.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tokenstore::tool {

/// Shows what cannot or should not be shown as an escape: control characters (\n, \x1b, \u0085), marks of direction
/// and invisible characters (\u202e), bytes that are not UTF-8 (\xff), and the backslash itself (\\).
[[nodiscard]] std::string terminal_text(std::string_view text);

/// Whether JSON must escape this character although its grammar would let it stand: the JSON is seen on terminals too.
[[nodiscard]] bool needs_escape(char32_t character) noexcept;

/// The columns that a terminal gives to text made by terminal_text: two for a wide character, none for a combining one.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The text, cut so that it takes at most `columns_max` columns, "..." at its end where it was cut.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns_max);

}  // namespace tokenstore::tool
