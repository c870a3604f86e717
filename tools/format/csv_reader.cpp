#include "format/csv_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "system/interruption.hpp"

namespace tokenstore::tool {
namespace {

// libcsv drops blanks around fields unless told that there are none.
int no_blank(unsigned char) { return 0; }

}  // namespace

CsvReader::CsvReader(int descriptor, std::size_t block_bytes, std::string_view read_before)
    : descriptor_(descriptor), block_(std::max(block_bytes, read_before.size())), block_end_(read_before.size()) {
    std::copy(read_before.begin(), read_before.end(), block_.begin());
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0) throw std::bad_alloc();
    csv_set_space_func(&parser_, no_blank);
    csv_set_blk_size(&parser_, 4096);
}

CsvReader::~CsvReader() { csv_free(&parser_); }

void CsvReader::take_field(void* text, std::size_t length, void* self) {
    auto& reader = *static_cast<CsvReader*>(self);
    const std::size_t begin = reader.text_.size();
    if (text != nullptr) reader.text_.append(static_cast<const char*>(text), length);
    reader.spans_.push_back({begin, reader.text_.size(), text == nullptr});
    reader.field_line_ = reader.line_;
}

void CsvReader::take_record(int, void* self) { static_cast<CsvReader*>(self)->record_complete_ = true; }

CsvReader::Step CsvReader::next() {
    if (last_step_) return *last_step_;
    record_complete_ = false;
    record_bytes_ = 0;
    text_.clear();
    spans_.clear();
    for (;;) {
        if (block_begin_ == block_end_) {
            if (!refill()) return *last_step_;
            if (block_end_ == 0) return finish_file();
        }
        const std::string_view piece = next_piece();
        if (!feed(piece)) return *last_step_;
        if (record_complete_) return deliver();
    }
}

// Up to and with the next character that can end a record, so that a piece never ends more than one.
std::string_view CsvReader::next_piece() const noexcept {
    std::string_view piece(block_.data() + block_begin_, block_end_ - block_begin_);
    for (const char end : {'\n', '\r'}) {
        const void* const found = std::memchr(piece.data(), end, piece.size());
        if (found == nullptr) continue;
        piece = piece.substr(0, static_cast<std::size_t>(static_cast<const char*>(found) - piece.data()) + 1);
    }
    return piece;
}

bool CsvReader::refill() {
    const ssize_t length = read_until_interrupted(descriptor_, block_.data(), block_.size());
    if (length < 0) {
        const int error_number = errno;
        fail("cannot read the file", error_number);
        return false;
    }
    block_begin_ = 0;
    block_end_ = static_cast<std::size_t>(length);
    return true;
}

bool CsvReader::feed(std::string_view piece) {
    const bool between_records = record_bytes_ == 0;
    if (between_records) record_line_ = field_line_ = line_;
    const std::size_t taken = csv_parse(&parser_, piece.data(), piece.size(), take_field, take_record, this);
    if (taken != piece.size()) {
        if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
        fail(field_line_ == line_ ? "a quote is out of place: from here on the file cannot be taken apart"
                                  : "a quote is out of place, noticed on line " + std::to_string(line_) +
                                        ": from here on the file cannot be taken apart");
        return false;
    }
    block_begin_ += piece.size();
    bytes_done_ += piece.size();
    if (piece.back() == '\n') ++line_;
    const bool line_is_empty = between_records && (piece == "\n" || piece == "\r");
    if (!line_is_empty) record_bytes_ += piece.size();
    if (!record_complete_ && record_bytes_ > record_bytes_max) {
        fail("no end within " + std::to_string(record_bytes_max) + " bytes: is a closing quote missing?");
        return false;
    }
    return true;
}

CsvReader::Step CsvReader::finish_file() {
    if (csv_fini(&parser_, take_field, take_record, this) != 0) {
        return fail("the quote that opens here is never closed");
    }
    if (record_complete_) return deliver();
    last_step_ = Step::end;
    return Step::end;
}

CsvReader::Step CsvReader::deliver() {
    record_.line = record_line_;
    record_.fields.clear();
    const std::string_view text = text_;
    for (const Span& span : spans_) {
        record_.fields.push_back(span.is_null ? CsvField{} : text.substr(span.begin, span.end - span.begin));
    }
    return Step::record;
}

CsvReader::Step CsvReader::fail(std::string why, int error_number) {
    defect_ = {.line = field_line_, .field = spans_.size(), .why = std::move(why), .error_number = error_number};
    last_step_ = Step::defect;
    return Step::defect;
}

}  // namespace tokenstore::tool
