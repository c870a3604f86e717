// The options that verbs share, and how an option's text becomes a value.
//
// A text that is none ends the parsing with a complaint that never repeats it: what was mistyped may be a secret.
#pragma once

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

/// `parse` makes an optional value of a text; `value` may be optional itself.
template <class Value, class Parse>
CLI::Option& add_parsed(CLI::App& line, const std::string& name, Value& value, Parse parse, const std::string& expected,
                        const std::string& help) {
    return *line.add_option_function<std::string>(
        name,
        [&value, parse, name, expected](const std::string& text) {
            if (auto parsed = parse(text)) {
                value = *parsed;
            } else {
                throw CLI::ValidationError(name, "expected " + expected);
            }
        },
        help);
}

/// A function of the library that answers a Result, for add_parsed.
template <class Value>
[[nodiscard]] auto parsed_by(Result<Value> (*parse)(std::string_view)) {
    return [parse](const std::string& text) {
        const Result<Value> parsed = parse(text);
        return parsed ? std::optional<Value>(*parsed) : std::nullopt;
    };
}

/// One of some names. `value` may be optional.
template <class Choice, class Value>
CLI::Option& add_choice(CLI::App& line, const std::string& name, Value& value,
                        const std::map<std::string, Choice>& choices, const std::string& help) {
    std::string names;
    for (const auto& [choice, unused] : choices) names += (names.empty() ? "" : "|") + choice;
    const auto find = [choices](const std::string& text) {
        const auto found = choices.find(text);
        return found == choices.end() ? std::nullopt : std::optional<Choice>(found->second);
    };
    CLI::Option& option = add_parsed(line, name, value, find, "one of " + names, help);
    option.type_name(names);
    return option;
}

/// A whole number from `least` to `most`.
CLI::Option& add_number(CLI::App& line, const std::string& name, std::size_t& value, std::size_t least,
                        std::size_t most, const std::string& help);

/// A flag that takes no value.
CLI::Option& add_flag(CLI::App& line, const std::string& name, bool& value, const std::string& help);

/// A file or folder that has to be named.
void add_path(CLI::App& line, const std::string& name, std::filesystem::path& path, const std::string& help);

/// STORE, the directory of a store that exists.
void add_store(CLI::App& line, std::filesystem::path& store);

/// A moment in RFC 3339.
CLI::Option& add_time(CLI::App& line, const std::string& name, std::optional<std::int64_t>& time_us,
                      const std::string& help);

/// --as-of: the moment that expiry is judged for; now by default.
void add_as_of(CLI::App& line, std::int64_t& as_of_us);

}  // namespace tokenstore::tool
