// Fields of CSV, quoted exactly as PostgreSQL's COPY quotes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::tool {

/// Appends nothing for NULL, "" for the empty string; quotes a field that holds a comma, a quote, CR or LF, and doubles
/// the quotes inside.
void append_csv_field(std::string& text, std::optional<std::string_view> field);

}  // namespace tokenstore::tool
