#include "format/csv_writer.hpp"

namespace tokenstore::tool {

void append_csv_field(std::string& text, std::optional<std::string_view> field) {
    if (!field) return;
    if (!field->empty() && field->find_first_of(",\"\r\n") == std::string_view::npos) {
        text += *field;
        return;
    }
    text += '"';
    for (const char character : *field) {
        if (character == '"') text += '"';
        text += character;
    }
    text += '"';
}

}  // namespace tokenstore::tool
