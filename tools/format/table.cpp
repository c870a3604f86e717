#include "format/table.hpp"

#include <algorithm>

#include "format/rfc3339.hpp"
#include "format/terminal_text.hpp"

namespace tokenstore::tool {
namespace {

std::string shown(const Cell& cell, bool colours) { return coloured(cell.text, colours ? cell.colour : Colour::none); }

}  // namespace

std::string shown_text(const std::optional<std::string>& text) {
    if (!text) return std::string(shown_null);
    if (text->empty()) return std::string(shown_empty);
    return terminal_text(*text);
}

std::string shown_time(std::optional<std::int64_t> time_us) {
    return time_us ? rfc3339_seconds(*time_us) : std::string(shown_null);
}

std::string with_thousands(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

std::string table(std::vector<Row> rows, bool colours, std::vector<std::size_t>* least_widths) {
    if (rows.empty()) return {};
    std::vector<std::size_t> own_widths;
    std::vector<std::size_t>& widths = least_widths != nullptr ? *least_widths : own_widths;
    widths.resize(rows.front().size());
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    for (std::size_t i = 0; i < widths.size(); ++i) {
        rows.front()[i].colour = Colour::bold;
        if (rows.size() > 1) rows.front()[i].to_the_right = rows[1][i].to_the_right;
    }
    std::string text;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - display_width(row[i].text), ' ');
            const bool last = i + 1 == row.size();
            if (row[i].to_the_right) text += padding;
            text += shown(row[i], colours);
            if (!row[i].to_the_right && !last) text += padding;
            if (!last) text += "  ";
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

std::string field_list(const std::vector<std::pair<std::string_view, Cell>>& fields, bool colours) {
    std::size_t width = 0;
    for (const auto& [name, value] : fields) width = std::max(width, name.size());
    std::string text;
    for (const auto& [name, value] : fields) {
        text += name;
        text += ':';
        text.append(width - name.size() + 1, ' ');
        text += shown(value, colours) + '\n';
    }
    return text;
}

std::string bar(std::uint64_t value, std::uint64_t greatest, std::size_t columns_max) {
    if (value == 0 || greatest == 0) return {};
    const double share = static_cast<double>(value) / static_cast<double>(greatest);
    const auto eighths =
        std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(8 * columns_max)));
    std::string text;
    for (std::size_t i = 0; i < eighths / 8; ++i) text += "\u2588";
    // The blocks of one to seven eighths follow each other downwards.
    if (eighths % 8 != 0) text += std::string("\xe2\x96") + static_cast<char>('\x90' - static_cast<char>(eighths % 8));
    return text;
}

}  // namespace tokenstore::tool
