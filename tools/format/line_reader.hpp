// Lines of a file, one at a time, each with its number, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tokenstore::tool {

class LineReader {
public:
    /// No line may be longer.
    static constexpr std::size_t line_bytes_max = 1 << 20;

    /// Reads from where the descriptor stands, at most so many bytes at a time; what was read before comes first.
    /// Borrowed.
    LineReader(int descriptor, std::string_view read_before, std::size_t block_bytes);

    enum class Step { line, too_long, failed, end };

    /// Goes on to the next line. After the others than `line` it stays there.
    Step next();

    /// Valid after Step::line until the next call, without its end.
    [[nodiscard]] std::string_view line() const noexcept { return line_; }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] int error_number() const noexcept { return error_number_; }
    [[nodiscard]] std::uint64_t bytes_done() const noexcept { return bytes_done_; }

private:
    int descriptor_;
    std::size_t block_bytes_;
    std::string text_;
    std::size_t begin_ = 0;  // of what has not been handed out
    std::string_view line_;
    std::uint64_t number_ = 0;
    std::uint64_t bytes_done_ = 0;
    int error_number_ = 0;
    bool at_end_ = false;
};

}  // namespace tokenstore::tool
