// An answer of named fields: a JSON object for programs, lines or a row of a table for people. One schema for both, so
// that neither says more than the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tokenstore::tool {

/// UTC microseconds since the epoch; RFC 3339 in both forms.
struct Moment {
    std::int64_t time_us = 0;
};

/// A number that names something: without separators for people, too.
struct Identifier {
    std::uint64_t number = 0;
};

/// A number in JSON; "12.3 MiB" for people.
struct Bytes {
    std::uint64_t count = 0;
};

/// A number from 0 to 1 in JSON; "12.3%" for people.
struct Share {
    double of_one = 0;
};

/// A number of seconds with six digits in JSON; "1.234 ms" for people.
struct Span {
    double seconds = 0;
};

using FieldValue =
    std::variant<std::nullptr_t, bool, std::uint64_t, Identifier, std::string, Moment, Bytes, Share, Span>;

class Record {
public:
    Record& add(std::string key, FieldValue value) {
        fields_.emplace_back(std::move(key), std::move(value));
        return *this;
    }

    /// NULL if there is none.
    template <class Value, class Convert>
    Record& add_if(const std::string& key, const std::optional<Value>& value, Convert convert) {
        return add(key, value ? FieldValue(convert(*value)) : FieldValue(nullptr));
    }

    [[nodiscard]] const std::vector<std::pair<std::string, FieldValue>>& fields() const noexcept { return fields_; }

private:
    std::vector<std::pair<std::string, FieldValue>> fields_;
};

/// One line with its line end.
[[nodiscard]] std::string json_line(const Record& record);

/// One line for each field, "key:  value".
[[nodiscard]] std::string lines_for_people(const Record& record);

/// A table with the keys as its headings. `widths` is that of table(). Precondition: all have the keys of the first.
[[nodiscard]] std::string table_for_people(const std::vector<Record>& records,
                                           std::vector<std::size_t>* widths = nullptr);

/// A value as people read it, fit for a terminal.
[[nodiscard]] std::string shown(const FieldValue& value);

}  // namespace tokenstore::tool
