#include "format/copy_record.hpp"

namespace tokenstore::tool {
namespace {

void add_copy(Record& record, const CopySummary& copy) {
    record.add("sequence", copy.sequence).add("files", copy.files).add("bytes", Bytes{copy.bytes});
}

}  // namespace

Record copy_record(const CopySummary& copy) {
    Record record;
    add_copy(record, copy);
    return record.add("shared_bytes", Bytes{copy.shared_bytes});
}

Record backup_record(const Backup& backup) {
    Record record;
    record.add("backup", backup.directory.filename().string()).add("made_at", Moment{backup.made_at_us});
    add_copy(record, backup.copy);
    return record;
}

Record unreadable_backup_record(const std::string& name) {
    Record record;
    record.add("backup", name);
    for (const char* unknown : {"made_at", "sequence", "files", "bytes"}) record.add(unknown, nullptr);
    return record;
}

}  // namespace tokenstore::tool
