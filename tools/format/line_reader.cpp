#include "format/line_reader.hpp"

#include <cerrno>

#include "system/interruption.hpp"

namespace tokenstore::tool {

LineReader::LineReader(int descriptor, std::string_view read_before, std::size_t block_bytes)
    : descriptor_(descriptor), block_bytes_(block_bytes), text_(read_before) {}

LineReader::Step LineReader::next() {
    if (error_number_ != 0) return Step::failed;
    std::size_t searched = begin_;
    for (;;) {
        const std::size_t end = text_.find('\n', searched);
        const bool last = end == std::string::npos && at_end_;
        if (end == std::string::npos && !last) {
            if (text_.size() - begin_ > line_bytes_max) return Step::too_long;
            searched = text_.size() - begin_;
            text_.erase(0, begin_);
            begin_ = 0;
            text_.resize(searched + block_bytes_);
            const ssize_t length = read_until_interrupted(descriptor_, text_.data() + searched, block_bytes_);
            text_.resize(searched + static_cast<std::size_t>(length > 0 ? length : 0));
            if (length < 0) {
                error_number_ = errno;
                return Step::failed;
            }
            at_end_ = length == 0;
            continue;
        }
        if (last && begin_ == text_.size()) return Step::end;
        const std::size_t line_end = last ? text_.size() : end;
        const std::size_t next_begin = last ? text_.size() : end + 1;
        ++number_;
        line_ = std::string_view(text_).substr(begin_, line_end - begin_);
        if (line_.ends_with('\r')) line_.remove_suffix(1);
        bytes_done_ += next_begin - begin_;
        begin_ = next_begin;
        return Step::line;
    }
}

}  // namespace tokenstore::tool
