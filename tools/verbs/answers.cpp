#include "verbs/answers.hpp"

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
    if (is_table_) console_.output.write(table_for_people(rows_));
    rows_.clear();
}

}  // namespace tokenstore::tool
