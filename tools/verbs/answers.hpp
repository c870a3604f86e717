// How a verb gives answers made of records: JSON lines in a pipe, a table on a terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "format/record.hpp"
#include "verbs/view.hpp"

namespace tokenstore::tool {

class Answers {
public:
    Answers(Console& console, std::optional<Form> form) : console_(console), is_table_(as_table(form, console)) {}

    /// One answer of many: a line of JSON at once, or a row of the table that finish() writes.
    void row(const Record& record);

    /// One answer by itself: a line of JSON, or a line for each field.
    void single(const Record& record);

    /// The rows so far. Those of a later call go on below the same headings.
    void finish();

private:
    Console& console_;
    bool is_table_;
    bool has_headings_ = false;
    std::vector<std::size_t> widths_;
    std::vector<Record> rows_;
};

}  // namespace tokenstore::tool
