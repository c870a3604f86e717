// Records of a CSV file as PostgreSQL's COPY writes it, one at a time, each with its line.
//
// libcsv does the grammar; this file adds what it leaves open: pulling instead of callbacks, line numbers, NULL beside
// the empty string, and an upper bound of memory whatever the file holds.
#pragma once

#include <csv.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenstore::tool {

/// A field: absent if it is NULL, which is an empty field without quotes.
using CsvField = std::optional<std::string_view>;

struct CsvRecord {
    std::uint64_t line = 0;  ///< where it begins; the first line of a file is 1
    std::vector<CsvField> fields;
};

/// Why a file cannot be read on. After such a place nobody can tell where the next record begins.
struct CsvDefect {
    std::uint64_t line = 0;  ///< where the field in question begins
    std::size_t field = 0;   ///< its number in the record, from 0
    std::string why;
    int error_number = 0;  ///< not 0 if it was not the text but the reading that failed
};

class CsvReader {
public:
    /// No record may be longer; a quote that is never closed would otherwise swallow the file.
    static constexpr std::size_t record_bytes_max = 1 << 20;

    static constexpr std::size_t usual_block_bytes = 256 << 10;

    /// Reads from where the descriptor stands, at most so many bytes at a time; what was read before comes first.
    /// Borrowed.
    explicit CsvReader(int descriptor, std::size_t block_bytes = usual_block_bytes, std::string_view read_before = {});
    ~CsvReader();
    CsvReader(const CsvReader&) = delete;
    CsvReader& operator=(const CsvReader&) = delete;

    enum class Step { record, end, defect };

    /// Goes on to the next record; empty lines between records are no records. After `end` and `defect` it stays there.
    Step next();

    /// Valid after Step::record until the next call of next().
    [[nodiscard]] const CsvRecord& record() const noexcept { return record_; }

    /// Valid after Step::defect.
    [[nodiscard]] const CsvDefect& defect() const noexcept { return defect_; }

    /// How much of the file has been taken apart.
    [[nodiscard]] std::uint64_t bytes_done() const noexcept { return bytes_done_; }

private:
    struct Span {
        std::size_t begin;
        std::size_t end;
        bool is_null;
    };

    static void take_field(void* text, std::size_t length, void* self);
    static void take_record(int end_character, void* self);

    [[nodiscard]] std::string_view next_piece() const noexcept;
    bool refill();
    bool feed(std::string_view piece);
    Step finish_file();
    Step deliver();
    Step fail(std::string why, int error_number = 0);

    int descriptor_;
    csv_parser parser_{};

    std::vector<char> block_;
    std::size_t block_begin_ = 0;
    std::size_t block_end_ = 0;

    std::uint64_t line_ = 1;         // of the next byte
    std::uint64_t record_line_ = 1;  // where the record at hand begins
    std::uint64_t field_line_ = 1;   // where the field at hand begins
    std::size_t record_bytes_ = 0;
    bool record_complete_ = false;
    std::uint64_t bytes_done_ = 0;

    std::string text_;  // the fields' bytes, one behind the other
    std::vector<Span> spans_;
    CsvRecord record_;
    CsvDefect defect_;
    std::optional<Step> last_step_;  // set once there is nothing more to read
};

}  // namespace tokenstore::tool
