// The tokens of a file, CSV or JSON lines, in the order of its rows, each with its line; bad rows among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <tokenstore/token.hpp>

#include "format/csv_reader.hpp"
#include "format/token_csv.hpp"

namespace tokenstore::tool {

/// A fault in the file, where it is and why.
struct LineProblem {
    std::uint64_t line = 0;
    std::string column;  ///< name or number; empty where the fault is no column's
    std::string why;
};

/// A file of rows in one form.
class TokenSource {
public:
    enum class Step {
        token,       ///< see token()
        bad_row,     ///< see problem(); the next row can be read
        unreadable,  ///< see problem(); no more rows can be read
        failed,      ///< see error_number(): the system did not let us read
        end,
    };

    TokenSource() = default;
    TokenSource(const TokenSource&) = delete;
    TokenSource& operator=(const TokenSource&) = delete;
    virtual ~TokenSource() = default;

    /// Call once, before next(): `token` if the file begins as it must.
    virtual Step begin() = 0;
    virtual Step next() = 0;

    [[nodiscard]] const Token& token() const noexcept { return token_; }
    [[nodiscard]] virtual std::uint64_t line() const noexcept = 0;
    [[nodiscard]] const LineProblem& problem() const noexcept { return problem_; }
    [[nodiscard]] virtual int error_number() const noexcept = 0;
    [[nodiscard]] virtual std::uint64_t bytes_done() const noexcept = 0;

protected:
    Step take(tl::expected<Token, RowProblem> row);

    Token token_;
    LineProblem problem_;
};

/// The tokens of a file: JSON lines if it begins with a brace, otherwise CSV.
class TokenRows {
public:
    using Step = TokenSource::Step;

    /// Reads from where the descriptor stands, at most so many bytes at a time. Borrowed.
    explicit TokenRows(int descriptor, std::size_t block_bytes = CsvReader::usual_block_bytes)
        : descriptor_(descriptor), block_bytes_(block_bytes) {}

    /// Call once, before all others: `token` if the file begins as it must, otherwise as TokenSource says.
    Step read_header();
    Step next() { return source_->next(); }

    [[nodiscard]] const Token& token() const noexcept { return source_->token(); }
    [[nodiscard]] std::uint64_t line() const noexcept { return source_->line(); }
    [[nodiscard]] const LineProblem& problem() const noexcept { return source_->problem(); }
    [[nodiscard]] int error_number() const noexcept { return source_ ? source_->error_number() : error_number_; }
    [[nodiscard]] std::uint64_t bytes_done() const noexcept { return source_->bytes_done(); }

private:
    int descriptor_;
    std::size_t block_bytes_;
    std::unique_ptr<TokenSource> source_;
    int error_number_ = 0;
};

}  // namespace tokenstore::tool
