// Whether text may be shown on a terminal, whoever chose it.
#pragma once

#include <string_view>

#include <utf8.h>

#include "format/terminal_text.hpp"

namespace tokenstore::test {

/// Valid UTF-8 without a character that moves the cursor, hides or turns round; line breaks are the caller's.
[[nodiscard]] inline bool is_harmless(std::string_view text) {
    if (!utf8::is_valid(text)) return false;
    for (const char* at = text.data(); at != text.data() + text.size();) {
        const auto character = static_cast<char32_t>(utf8::unchecked::next(at));
        if (character != U'\n' && tool::needs_escape(character)) return false;
    }
    return true;
}

}  // namespace tokenstore::test
