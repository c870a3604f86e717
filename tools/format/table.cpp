#include "format/table.hpp"

#include <algorithm>
#include <cstddef>

#include "format/terminal_text.hpp"

namespace tokenstore::tool {

std::string shown_text(const std::optional<std::string>& text) {
    if (!text) return std::string(shown_null);
    if (text->empty()) return std::string(shown_empty);
    return terminal_text(*text);
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    if (rows.empty()) return {};
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size()) text.append(widths[i] - display_width(row[i]) + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

}  // namespace tokenstore::tool
