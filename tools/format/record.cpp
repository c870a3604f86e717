#include "format/record.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <utility>

#include <rapidjson/stringbuffer.h>

#include "format/json_line.hpp"
#include "format/rfc3339.hpp"
#include "format/table.hpp"
#include "format/terminal_text.hpp"

namespace tokenstore::tool {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string decimal(double number, int digits, std::string_view unit) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, number);
    return text.data() + std::string(unit);
}

std::string shown_bytes(std::uint64_t count) {
    constexpr std::array<std::string_view, 5> units = {" B", " KiB", " MiB", " GiB", " TiB"};
    auto number = static_cast<double>(count);
    std::size_t unit = 0;
    for (; number >= 1024 && unit + 1 < units.size(); ++unit) number /= 1024;
    return decimal(number, unit == 0 ? 0 : 1, units[unit]);
}

std::string shown_span(double seconds) {
    if (seconds < 1e-3) return decimal(seconds * 1e6, 0, " us");
    if (seconds < 1) return decimal(seconds * 1e3, 2, " ms");
    return decimal(seconds, 2, " s");
}

/// What is compared by its length stands at the right of its column.
bool is_measure(const FieldValue& value) {
    return !std::holds_alternative<std::string>(value) && !std::holds_alternative<Moment>(value);
}

/// NULL stands where the values of its column do.
bool is_column_of_measures(const std::vector<Record>& records, std::size_t column) {
    for (const Record& record : records) {
        const FieldValue& value = record.fields()[column].second;
        if (!std::holds_alternative<std::nullptr_t>(value)) return is_measure(value);
    }
    return false;
}

void write_value(JsonWriter& json, const FieldValue& value) {
    const auto rounded = [](double number) { return std::round(number * 1e6) / 1e6; };
    std::visit(Overloaded{
                   [&](std::nullptr_t) { json.Null(); },
                   [&](bool truth) { json.Bool(truth); },
                   [&](std::uint64_t number) { json.Uint64(number); },
                   [&](Identifier identifier) { json.Uint64(identifier.number); },
                   [&](const std::string& text) { write_json_text(json, text); },
                   [&](Moment moment) { write_json_text(json, rfc3339(moment.time_us)); },
                   [&](Bytes bytes) { json.Uint64(bytes.count); },
                   [&](Share share) { json.Double(rounded(share.of_one)); },
                   [&](Span span) { json.Double(rounded(span.seconds)); },
               },
               value);
}

}  // namespace

std::string shown(const FieldValue& value) {
    return std::visit(Overloaded{
                          [](std::nullptr_t) { return std::string(shown_null); },
                          [](bool truth) { return std::string(truth ? "yes" : "no"); },
                          [](std::uint64_t number) { return with_thousands(number); },
                          [](Identifier identifier) { return std::to_string(identifier.number); },
                          [](const std::string& text) { return shown_text(text); },
                          [](Moment moment) { return rfc3339_seconds(moment.time_us); },
                          [](Bytes bytes) { return shown_bytes(bytes.count); },
                          [](Share share) { return decimal(share.of_one * 100, 1, "%"); },
                          [](Span span) { return shown_span(span.seconds); },
                      },
                      value);
}

std::string json_line(const Record& record) {
    rapidjson::StringBuffer buffer;
    JsonWriter json(buffer);
    json.StartObject();
    for (const auto& [key, value] : record.fields()) {
        json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
        write_value(json, value);
    }
    json.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

std::string lines_for_people(const Record& record) {
    std::vector<std::pair<std::string_view, Cell>> fields;
    for (const auto& [key, value] : record.fields()) fields.emplace_back(key, Cell(shown(value)));
    return field_list(fields);
}

std::string table_for_people(const std::vector<Record>& records, std::vector<std::size_t>* widths) {
    if (records.empty()) return {};
    std::vector<Row> rows(1);
    for (const auto& [key, value] : records.front().fields()) rows.front().emplace_back(key);
    std::vector<bool> to_the_right;
    for (std::size_t i = 0; i < rows.front().size(); ++i) to_the_right.push_back(is_column_of_measures(records, i));
    for (const Record& record : records) {
        Row& row = rows.emplace_back();
        for (std::size_t i = 0; i < to_the_right.size(); ++i) {
            row.emplace_back(shown(record.fields()[i].second)).to_the_right = to_the_right[i];
        }
    }
    return table(std::move(rows), /*colours=*/false, widths);
}

}  // namespace tokenstore::tool
