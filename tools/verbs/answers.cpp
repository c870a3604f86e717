#include "verbs/answers.hpp"

#include <string>

namespace tokenstore::tool {

void Answers::row(const Record& record) {
    if (is_table_) {
        rows_.push_back(record);
    } else {
        console_.output.write(json_line(record));
    }
}

void Answers::single(const Record& record) {
    console_.output.write(is_table_ ? lines_for_people(record) : json_line(record));
}

void Answers::finish() {
    if (is_table_) {
        std::string text = table_for_people(rows_, &widths_);
        // What comes later goes on below, with the same columns: their headings stand there.
        if (has_headings_) text.erase(0, text.find('\n') + 1);
        has_headings_ = has_headings_ || !text.empty();
        console_.output.write(text);
    }
    rows_.clear();
}

}  // namespace tokenstore::tool
