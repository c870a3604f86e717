#include "format/finding_record.hpp"

#include <cstddef>
#include <variant>

#include "format/colour.hpp"
#include "format/terminal_text.hpp"

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

std::string finding_for_people(const Finding& finding, const Redaction& shown, bool colours) {
    const Record record = finding_record(finding, shown);
    std::string text = coloured(name(finding.kind), colours ? Colour::red : Colour::none);
    text += " in " + std::string(finding.column_family) + ": " + terminal_text(finding.detail) + '\n';
    for (const auto& [key, value] : record.fields()) {
        const bool is_told = key == "finding" || key == "column_family" || key == "detail";
        if (!is_told && !std::holds_alternative<std::nullptr_t>(value)) {
            text += "    " + key + ": " + tool::shown(value) + '\n';
        }
    }
    return text;
}

}  // namespace tokenstore::tool
