// The tokens of a CSV file in the order of its rows, each with its line; bad rows among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <tokenstore/token.hpp>

#include "format/csv_reader.hpp"

namespace tokenstore::tool {

/// A fault in the file, where it is and why.
struct LineProblem {
    std::uint64_t line = 0;
    std::string column;  ///< name or number; empty where the fault is no column's
    std::string why;
};

class TokenRows {
public:
    /// Reads from where the descriptor stands, at most so many bytes at a time. Borrowed.
    explicit TokenRows(int descriptor, std::size_t block_bytes = CsvReader::usual_block_bytes)
        : csv_(descriptor, block_bytes) {}

    enum class Step {
        token,       ///< see token()
        bad_row,     ///< see problem(); the next row can be read
        unreadable,  ///< see problem(); no more rows can be read
        failed,      ///< see error_number(): the system did not let us read
        end,
    };

    /// Call once, before next(): `token` if the header is the right one, otherwise as above.
    Step read_header();
    Step next();

    [[nodiscard]] const Token& token() const noexcept { return token_; }
    [[nodiscard]] std::uint64_t line() const noexcept { return csv_.record().line; }
    [[nodiscard]] const LineProblem& problem() const noexcept { return problem_; }
    [[nodiscard]] int error_number() const noexcept { return csv_.defect().error_number; }
    [[nodiscard]] std::uint64_t bytes_done() const noexcept { return csv_.bytes_done(); }

private:
    Step defect();

    CsvReader csv_;
    Token token_;
    LineProblem problem_;
};

}  // namespace tokenstore::tool
