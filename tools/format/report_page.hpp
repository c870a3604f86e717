// A report as one HTML page that needs nothing else: no script, no network, no font.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/store_summary.hpp"

namespace tokenstore::tool {

struct ReportText {
    std::string title;                                                 ///< what the report is about
    std::string moment;                                                ///< as of which moment
    std::string warning;                                               ///< empty if nothing is missing
    std::vector<std::pair<std::string, std::uint64_t>> bytes_by_part;  ///< of the store's folder
};

/// Text that stands for itself in HTML, in an attribute too.
[[nodiscard]] std::string html_text(std::string_view text);

[[nodiscard]] std::string report_page(const StoreSummary& summary, std::int64_t as_of_us, const ReportText& text);

/// 1536 as "1.5 KiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace tokenstore::tool
