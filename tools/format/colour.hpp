// Colours of text on a terminal. They only repeat what the text says.
#pragma once

#include <string>
#include <string_view>

#include <tokenstore/token.hpp>

namespace tokenstore::tool {

enum class Colour { none, bold, faint, red, green, yellow, cyan };

/// The text between the codes that switch the colour on and off; the text alone for Colour::none.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour);

[[nodiscard]] Colour colour_of(TokenState state) noexcept;

}  // namespace tokenstore::tool
