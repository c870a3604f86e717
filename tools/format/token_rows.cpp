#include "format/token_rows.hpp"

#include <utility>

#include "format/origin_row.hpp"
#include "format/token_csv.hpp"

namespace tokenstore::tool {

TokenRows::Step TokenRows::defect() {
    const CsvDefect& defect = csv_.defect();
    if (defect.error_number != 0) return Step::failed;
    const std::string column =
        defect.field < column_names.size() ? std::string(column_names[defect.field]) : std::to_string(defect.field + 1);
    problem_ = {defect.line, column, defect.why};
    return Step::unreadable;
}

TokenRows::Step TokenRows::read_header() {
    switch (csv_.next()) {
        case CsvReader::Step::defect:
            return defect();
        case CsvReader::Step::end:
            problem_ = {1, {}, "the file is empty: not even the header is there"};
            return Step::unreadable;
        case CsvReader::Step::record:
            break;
    }
    if (auto problem = check_header(csv_.record().fields)) {
        problem_ = {csv_.record().line, std::move(problem->column), std::move(problem->why)};
        return Step::unreadable;
    }
    return Step::token;
}

TokenRows::Step TokenRows::next() {
    switch (csv_.next()) {
        case CsvReader::Step::defect:
            return defect();
        case CsvReader::Step::end:
            return Step::end;
        case CsvReader::Step::record:
            break;
    }
    auto token = token_from_row(csv_.record().fields);
    if (!token) {
        problem_ = {csv_.record().line, std::move(token.error().column), std::move(token.error().why)};
        return Step::bad_row;
    }
    token_ = *std::move(token);
    return Step::token;
}

}  // namespace tokenstore::tool
