#include "format/token_rows.hpp"

#include <cerrno>
#include <string_view>
#include <utility>

#include "format/line_reader.hpp"
#include "format/origin_row.hpp"
#include "format/token_json_reader.hpp"
#include "system/interruption.hpp"

namespace tokenstore::tool {
namespace {

class CsvTokens final : public TokenSource {
public:
    CsvTokens(int descriptor, std::size_t block_bytes, std::string_view read_before)
        : csv_(descriptor, block_bytes, read_before) {}

    Step begin() override {
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

    Step next() override {
        switch (csv_.next()) {
            case CsvReader::Step::defect:
                return defect();
            case CsvReader::Step::end:
                return Step::end;
            case CsvReader::Step::record:
                break;
        }
        return take(token_from_row(csv_.record().fields));
    }

    [[nodiscard]] std::uint64_t line() const noexcept override { return csv_.record().line; }
    [[nodiscard]] int error_number() const noexcept override { return csv_.defect().error_number; }
    [[nodiscard]] std::uint64_t bytes_done() const noexcept override { return csv_.bytes_done(); }

private:
    Step defect() {
        const CsvDefect& defect = csv_.defect();
        if (defect.error_number != 0) return Step::failed;
        const std::string column = defect.field < column_names.size() ? std::string(column_names[defect.field])
                                                                      : std::to_string(defect.field + 1);
        problem_ = {defect.line, column, defect.why};
        return Step::unreadable;
    }

    CsvReader csv_;
};

class JsonTokens final : public TokenSource {
public:
    JsonTokens(int descriptor, std::size_t block_bytes, std::string_view read_before)
        : lines_(descriptor, read_before, block_bytes) {}

    Step begin() override { return Step::token; }

    Step next() override {
        for (;;) {
            switch (lines_.next()) {
                case LineReader::Step::failed:
                    return Step::failed;
                case LineReader::Step::too_long:
                    problem_ = {lines_.number() + 1, {}, "no end of the line within 1 MiB"};
                    return Step::unreadable;
                case LineReader::Step::end:
                    return Step::end;
                case LineReader::Step::line:
                    break;
            }
            if (!lines_.line().empty()) return take(token_from_json(lines_.line()));
        }
    }

    [[nodiscard]] std::uint64_t line() const noexcept override { return lines_.number(); }
    [[nodiscard]] int error_number() const noexcept override { return lines_.error_number(); }
    [[nodiscard]] std::uint64_t bytes_done() const noexcept override { return lines_.bytes_done(); }

private:
    LineReader lines_;
};

}  // namespace

TokenSource::Step TokenSource::take(tl::expected<Token, RowProblem> row) {
    if (!row) {
        problem_ = {line(), std::move(row.error().column), std::move(row.error().why)};
        return Step::bad_row;
    }
    token_ = *std::move(row);
    return Step::token;
}

TokenRows::Step TokenRows::read_header() {
    char first = 0;
    const ssize_t length = read_until_interrupted(descriptor_, &first, 1);
    if (length < 0) {
        error_number_ = errno;
        return Step::failed;
    }
    const std::string_view read_before(&first, static_cast<std::size_t>(length));
    if (read_before == "{") {
        source_ = std::make_unique<JsonTokens>(descriptor_, block_bytes_, read_before);
    } else {
        source_ = std::make_unique<CsvTokens>(descriptor_, block_bytes_, read_before);
    }
    return source_->begin();
}

}  // namespace tokenstore::tool
