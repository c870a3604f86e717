// Rows of the origin's table in PostgreSQL's CSV, to tokens and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include <tokenstore/token.hpp>

#include "format/csv_reader.hpp"
#include "format/origin_row.hpp"

namespace tokenstore::tool {

/// What is wrong with a row. `why` never repeats the field: it may be a secret or personal.
struct RowProblem {
    std::string column;  ///< its name, or its number where it has none
    std::string why;
};

/// Nothing if these are the names of the origin's columns in their order.
[[nodiscard]] std::optional<RowProblem> check_header(const std::vector<CsvField>& fields);

/// Reads a row. What the store checks itself (lengths, UTF-8, addresses, conflicts) is left to it.
[[nodiscard]] tl::expected<Token, RowProblem> token_from_row(const std::vector<CsvField>& fields);

/// How times are written.
struct TimeForm {
    std::optional<std::int64_t> (*parse)(std::string_view) noexcept;
    const char* expectation;
};

/// Reads fields in the order of the columns, from whatever file.
[[nodiscard]] tl::expected<Token, RowProblem> token_from_fields(const std::vector<CsvField>& fields,
                                                                const TimeForm& times);

/// The column that a refusal by the store is about.
[[nodiscard]] Column column_of(ErrorCode refusal) noexcept;

void append_csv_header(std::string& text);

/// How the texts that clients choose are written: to the letter, or as terminal_text() where a person looks at them.
enum class TextForm { exact, printable };

/// Appends the token's row and the end of its line.
void append_csv_row(std::string& text, const JudgedToken& judged, TextForm form);

}  // namespace tokenstore::tool
