#include "format/finding_record.hpp"

namespace tokenstore::tool {

Record finding_record(const Finding& finding, const Redaction& shown) {
    const auto redacted = [&shown](const auto& value) { return shown(value); };
    const auto id = [](const auto& value) { return to_string(value); };
    Record record;
    record.add("finding", std::string(name(finding.kind)));
    record.add("column_family", std::string(finding.column_family));
    record.add_if("file", finding.file, [](const std::string& file) { return file; });
    record.add_if("token_hash", finding.token_hash, redacted);
    record.add_if("other_token_hash", finding.other_token_hash, redacted);
    record.add_if("chain_id", finding.chain_id, id);
    record.add_if("family_id", finding.family_id, id);
    record.add_if("user_id", finding.user_id, redacted);
    record.add("detail", finding.detail);
    return record;
}

}  // namespace tokenstore::tool
