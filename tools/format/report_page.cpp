#include "format/report_page.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>

#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { --ink: #1d2530; --soft: #67717f; --line: #dfe3e8; --page: #f6f7f9; --card: #ffffff; --live: #2e8b57;
  --expired: #98a2b0; --consumed: #3b82c4; --revoked: #c8524b; --bar: #4a6fa5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #98a2b0; --line: #333b47; --page: #161a20;
  --card: #1f252d; --live: #4cb57d; --expired: #6d7786; --consumed: #5b9fde; --revoked: #e0726b; --bar: #7da3d8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1rem; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 0 0 .75rem; }
p { margin: .25rem 0; color: var(--soft); }
p.warning { color: var(--revoked); font-weight: 600; }
main { display: grid; gap: 1rem; margin-top: 1.5rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
section.wide { grid-column: 1 / -1; }
@media (max-width: 44rem) { main { grid-template-columns: minmax(0, 1fr); } }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; white-space: nowrap; padding: .15rem .75rem .15rem 0; }
td.number { text-align: right; white-space: nowrap; padding: .15rem .75rem .15rem 0; }
td.share { width: 100%; }
td.share div { height: .8rem; min-width: 1px; border-radius: 2px; background: var(--bar); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
svg line { stroke: var(--line); }
svg line.now { stroke: var(--ink); stroke-dasharray: 3 3; }
.live { fill: var(--live); } td.share div.live { background: var(--live); }
.expired { fill: var(--expired); } td.share div.expired { background: var(--expired); }
.consumed { fill: var(--consumed); } td.share div.consumed { background: var(--consumed); }
.revoked { fill: var(--revoked); } td.share div.revoked { background: var(--revoked); }
.bar { fill: var(--bar); }
</style>
)";

std::string in(std::string_view tag, std::string_view content) {
    return '<' + std::string(tag) + '>' + std::string(content) + "</" + std::string(tag) + ">\n";
}

std::string section(std::string_view title, std::string_view content, bool wide = false) {
    return "<section" + std::string(wide ? " class=\"wide\"" : "") + ">\n" + in("h2", title) + std::string(content) +
           "</section>\n";
}

std::string decimal(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

// ---- Bars that lie: a line of a table each --------------------------------------------------------------------------

struct BarLine {
    std::string label;
    std::uint64_t value = 0;
    std::string shown;
    std::string_view css_class;
};

std::string bar_table(const std::vector<BarLine>& lines) {
    std::uint64_t greatest = 1;
    for (const BarLine& line : lines) greatest = std::max(greatest, line.value);
    std::string text = "<table>\n";
    for (const BarLine& line : lines) {
        const double percent = 100.0 * static_cast<double>(line.value) / static_cast<double>(greatest);
        text += "<tr><th scope=\"row\">" + html_text(line.label) + "</th><td class=\"number\">" +
                html_text(line.shown) + "</td><td class=\"share\">";
        if (line.value > 0) {
            text +=
                "<div class=\"" + std::string(line.css_class) + "\" style=\"width:" + decimal(percent) + "%\"></div>";
        }
        text += "</td></tr>\n";
    }
    return text + "</table>\n";
}

std::string size_classes(const SizeClasses& classes) {
    std::vector<BarLine> lines;
    for (const SizeClass& size : classes.classes()) {
        lines.push_back({size.label(), size.things, with_thousands(size.things), {}});
    }
    return lines.empty() ? in("p", "none") : bar_table(lines);
}

// ---- Bars that stand: a drawing over time
// ----------------------------------------------------------------------------

struct Part {
    std::uint64_t value = 0;
    std::string_view css_class;
};

struct Column {
    std::int64_t time_us = 0;  // where it begins
    std::string title;
    std::vector<Part> parts;  // from the bottom
};

class TimeChart {
public:
    explicit TimeChart(std::vector<Column> columns) : columns_(std::move(columns)) {
        for (const Column& column : columns_) greatest_ = std::max(greatest_, total(column));
    }

    [[nodiscard]] std::string svg(std::optional<std::int64_t> now_us) const {
        std::string text = "<svg viewBox=\"0 0 1000 260\" role=\"img\">\n";
        text += line(left, top + plot_height, left + plot_width, top + plot_height);
        text += label(left, top - 6, "start", with_thousands(greatest_));
        const double width = plot_width / static_cast<double>(columns_.size());
        double x = left;
        for (std::size_t i = 0; i < columns_.size(); ++i, x += width) {
            text += column(columns_[i], x, width);
            const std::size_t between_labels = std::max<std::size_t>(1, (columns_.size() + 7) / 8);
            if (i % between_labels == 0) text += label(x, top + plot_height + 18, "start", date(columns_[i].time_us));
            if (now_us && columns_[i].time_us == *now_us) {
                text += line(x, top, x, top + plot_height, " class=\"now\"") + label(x + 4, top + 10, "start", "now");
            }
        }
        return text + "</svg>\n";
    }

private:
    static constexpr double left = 4;
    static constexpr double top = 20;
    static constexpr double plot_width = 990;
    static constexpr double plot_height = 210;

    static std::uint64_t total(const Column& column) {
        std::uint64_t total = 0;
        for (const Part& part : column.parts) total += part.value;
        return total;
    }

    static std::string line(double x1, double y1, double x2, double y2, std::string_view attributes = {}) {
        return "<line" + std::string(attributes) + " x1=\"" + decimal(x1) + "\" y1=\"" + decimal(y1) + "\" x2=\"" +
               decimal(x2) + "\" y2=\"" + decimal(y2) + "\"/>\n";
    }

    static std::string label(double x, double y, std::string_view anchor, std::string_view text) {
        return "<text x=\"" + decimal(x) + "\" y=\"" + decimal(y) + "\" text-anchor=\"" + std::string(anchor) + "\">" +
               html_text(text) + "</text>\n";
    }

    [[nodiscard]] std::string column(const Column& column, double x, double width) const {
        std::string text = "<g><title>" + html_text(column.title) + "</title>";
        double bottom = top + plot_height;
        for (const Part& part : column.parts) {
            if (part.value == 0) continue;
            const double height =
                std::max(1.0, plot_height * static_cast<double>(part.value) / static_cast<double>(greatest_));
            bottom -= height;
            text += "<rect class=\"" + std::string(part.css_class) + "\" x=\"" + decimal(x + width * 0.08) + "\" y=\"" +
                    decimal(bottom) + "\" width=\"" + decimal(width * 0.84) + "\" height=\"" + decimal(height) + "\"/>";
        }
        return text + "</g>\n";
    }

    std::vector<Column> columns_;
    std::uint64_t greatest_ = 1;
};

// ---- The parts of the page
// -------------------------------------------------------------------------------------------

std::string totals(const StoreSummary& summary) {
    const std::vector<std::pair<std::string_view, std::uint64_t>> figures = {
        {"tokens", summary.tokens()},
        {"live", summary.of(TokenState::live).tokens},
        {"users", summary.users()},
        {"families", summary.families()},
    };
    std::string text = "<dl>\n";
    for (const auto& [name, figure] : figures) {
        text += "<div>" + in("dt", name) + in("dd", with_thousands(figure)) + "</div>\n";
    }
    return text + "</dl>\n";
}

std::string states(const StoreSummary& summary) {
    std::vector<BarLine> lines;
    for (const TokenState state : all_states) {
        const std::uint64_t tokens = summary.of(state).tokens;
        lines.push_back({std::string(name(state)), tokens, with_thousands(tokens), name(state)});
    }
    return bar_table(lines);
}

std::string record_bytes(const StoreSummary& summary) {
    std::vector<BarLine> lines;
    for (const TokenState state : all_states) {
        const std::uint64_t bytes = summary.of(state).record_bytes;
        lines.push_back({std::string(name(state)), bytes, bytes_text(bytes), name(state)});
    }
    return bar_table(lines);
}

std::string parts_of_the_folder(const ReportText& text) {
    std::vector<BarLine> lines;
    for (const auto& [part, bytes] : text.bytes_by_part) lines.push_back({part, bytes, bytes_text(bytes), {}});
    return bar_table(lines);
}

std::string expiries(const StoreSummary& summary, std::int64_t as_of_us) {
    constexpr std::size_t buckets_max = 60;
    std::vector<Column> columns;
    for (const ExpiryBucket& bucket : summary.expiries().buckets(buckets_max)) {
        columns.push_back({bucket.after_us,
                           rfc3339_seconds(bucket.after_us) + " to " + rfc3339_seconds(bucket.up_to_us) + ": " +
                               with_thousands(bucket.live) + " live, " + with_thousands(bucket.expired) + " expired, " +
                               with_thousands(bucket.ended) + " ended before",
                           {{bucket.live, "live"}, {bucket.expired, "expired"}, {bucket.ended, "revoked"}}});
    }
    if (columns.empty()) return in("p", "none");
    return TimeChart(std::move(columns)).svg(as_of_us) +
           in("p", "green: live; grey: expired; red: revoked or rotated away before they expired");
}

std::string growth(const StoreSummary& summary) {
    constexpr std::size_t columns_max = 120;
    const auto& by_day = summary.created_by_day();
    if (by_day.empty()) return in("p", "none");
    constexpr std::int64_t day_us = 86'400'000'000;
    const std::int64_t first_us = by_day.begin()->first;
    const auto days = static_cast<std::size_t>((by_day.rbegin()->first - first_us) / day_us) + 1;
    const std::size_t days_per_column = (days + columns_max - 1) / columns_max;
    std::vector<std::uint64_t> counts((days + days_per_column - 1) / days_per_column);
    for (const auto& [midnight_us, tokens] : by_day) {
        counts[static_cast<std::size_t>((midnight_us - first_us) / day_us) / days_per_column] += tokens;
    }
    std::vector<Column> columns;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::int64_t from_us = first_us + static_cast<std::int64_t>(i * days_per_column) * day_us;
        columns.push_back({from_us, date(from_us) + ": " + with_thousands(counts[i]), {{counts[i], "bar"}}});
    }
    const std::string per_column = days_per_column == 1
                                       ? "a column for each day"
                                       : "a column for every " + std::to_string(days_per_column) + " days";
    return TimeChart(std::move(columns)).svg(std::nullopt) + in("p", per_column);
}

}  // namespace

std::string html_text(std::string_view text) {
    std::string html;
    for (const char character : terminal_text(text)) {
        switch (character) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            default:
                html += character;
        }
    }
    return html;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    auto amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f" : "%.1f", amount);
    return text.data() + (' ' + std::string(units[unit]));
}

std::string report_page(const StoreSummary& summary, std::int64_t as_of_us, const ReportText& text) {
    std::string page(head);
    page += in("title", html_text(text.title)) + "</head>\n<body>\n<header>\n" + in("h1", html_text(text.title)) +
            in("p", html_text(text.moment));
    if (!text.warning.empty()) page += "<p class=\"warning\">" + html_text(text.warning) + "</p>\n";
    page += "</header>\n<main>\n" + section("What it holds", totals(summary), true) +
            section("Tokens by state", states(summary)) +
            section("Bytes of token records by state", record_bytes(summary)) +
            section("What expires when", expiries(summary, as_of_us), true) +
            section("Tokens created", growth(summary), true) +
            section("Users by how many live sessions they have", size_classes(summary.sessions_per_user())) +
            section("Families by how many rotations they have had", size_classes(summary.rotations_per_family())) +
            section("Space on disk by part", parts_of_the_folder(text), true);
    return page + "</main>\n</body>\n</html>\n";
}

}  // namespace tokenstore::tool
