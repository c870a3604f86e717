#include "format/terminal_text.hpp"

#include <utf8.h>

#include <array>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cwchar>

namespace tokenstore::tool {
namespace {

void append_escape(std::string& out, char32_t character) {
    switch (character) {
        case U'\n':
            out += "\\n";
            return;
        case U'\r':
            out += "\\r";
            return;
        case U'\t':
            out += "\\t";
            return;
        case U'\\':
            out += "\\\\";
            return;
        default:
            break;
    }
    std::array<char, 16> text{};
    const char* const form = character < 0x80 ? "\\x%02x" : character <= 0xffff ? "\\u%04x" : "\\U%08x";
    std::snprintf(text.data(), text.size(), form, static_cast<unsigned>(character));
    out += text.data();
}

void append_character(std::string& out, const char* begin, const char* end) { out.append(begin, end); }

// glibc knows the widths in any UTF-8 locale, and C.UTF-8 is always there; the process's own locale stays untouched.
class WidthLocale {
public:
    WidthLocale() noexcept : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
        if (locale_ != nullptr) before_ = ::uselocale(locale_);
    }
    ~WidthLocale() {
        if (locale_ == nullptr) return;
        ::uselocale(before_);
        ::freelocale(locale_);
    }
    WidthLocale(const WidthLocale&) = delete;
    WidthLocale& operator=(const WidthLocale&) = delete;

    [[nodiscard]] std::size_t columns_of(char32_t character) const noexcept {
        const int columns = locale_ == nullptr ? 1 : ::wcwidth(static_cast<wchar_t>(character));
        return columns < 0 ? 1 : static_cast<std::size_t>(columns);
    }

private:
    locale_t locale_;
    locale_t before_ = nullptr;
};

}  // namespace

bool needs_escape(char32_t c) noexcept {
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;  // C0, DEL, C1
    if (c < 0xad) return false;
    return c == 0xad || c == 0x61c || c == 0x180e ||  // soft hyphen, Arabic letter mark, vowel separator
           (c >= 0x200b && c <= 0x200f) ||            // zero width, left-to-right and right-to-left marks
           c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 ||  // Hangul fillers: letters that show nothing
           (c >= 0x2028 && c <= 0x202e) ||  // line and paragraph separators, embeddings, overrides
           (c >= 0x2060 && c <= 0x206f) ||  // word joiner, invisible operators, isolates
           c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);  // BOM, annotations, tags
}

std::string terminal_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const char* const invalid = utf8::find_invalid(at, end);
        while (at != invalid) {
            const char* const begin = at;
            const auto character = static_cast<char32_t>(utf8::unchecked::next(at));
            if (character == U'\\' || needs_escape(character)) {
                append_escape(out, character);
            } else {
                append_character(out, begin, at);
            }
        }
        if (at != end) {
            std::array<char, 12> escape{};
            std::snprintf(escape.data(), escape.size(), "\\x%02x",
                          static_cast<unsigned>(static_cast<unsigned char>(*at)));
            out += escape.data();
            ++at;
        }
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    const WidthLocale locale;
    std::size_t columns = 0;
    for (const char* at = text.data(); at != text.data() + text.size();) {
        columns += locale.columns_of(static_cast<char32_t>(utf8::unchecked::next(at)));
    }
    return columns;
}

std::string cut_to_width(std::string_view text, std::size_t columns_max) {
    constexpr std::string_view mark = "...";
    if (display_width(text) <= columns_max) return std::string(text);
    const WidthLocale locale;
    std::size_t columns = mark.size();
    const char* at = text.data();
    const char* kept = at;
    for (;;) {
        columns += locale.columns_of(static_cast<char32_t>(utf8::unchecked::next(at)));
        if (columns > columns_max) break;
        kept = at;
    }
    return std::string(text.data(), kept) + std::string(mark);
}

}  // namespace tokenstore::tool
