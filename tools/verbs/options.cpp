#include "verbs/options.hpp"

#include <tokenstore/clock.hpp>

#include "format/rfc3339.hpp"

namespace tokenstore::tool {
namespace {

constexpr const char* time_form = "RFC 3339, such as 2026-06-01T00:00:00Z or 2026-06-01T02:00:00+02:00";

template <class Value>
CLI::Option& add_moment(CLI::App& line, const std::string& name, Value& time_us, const std::string& help) {
    CLI::Option& option = add_parsed(line, name, time_us, parse_rfc3339, time_form, help);
    option.type_name("TIME");
    return option;
}

}  // namespace

CLI::Option& add_number(CLI::App& line, const std::string& name, std::size_t& value, std::size_t least,
                        std::size_t most, const std::string& help) {
    const auto parse = [least, most](const std::string& text) -> std::optional<std::size_t> {
        std::size_t number = 0;
        if (!CLI::detail::lexical_cast(text, number) || number < least || number > most) return std::nullopt;
        return number;
    };
    CLI::Option& option = add_parsed(line, name, value, parse,
                                     "a number from " + std::to_string(least) + " to " + std::to_string(most), help);
    option.type_name("N");
    return option;
}

CLI::Option& add_flag(CLI::App& line, const std::string& name, bool& value, const std::string& help) {
    CLI::Option& flag = *line.add_flag(name, value, help);
    flag.disable_flag_override();
    return flag;
}

void add_path(CLI::App& line, const std::string& name, std::filesystem::path& path, const std::string& help) {
    line.add_option_function<std::string>(
            name, [&path](const std::string& text) { path = text; }, help)
        ->required()
        ->type_name("");
}

void add_store(CLI::App& line, std::filesystem::path& store) {
    add_path(line, "STORE", store, "The store's directory");
}

CLI::Option& add_time(CLI::App& line, const std::string& name, std::optional<std::int64_t>& time_us,
                      const std::string& help) {
    return add_moment(line, name, time_us, help);
}

void add_as_of(CLI::App& line, std::int64_t& as_of_us) {
    as_of_us = system_clock().wall_us();
    add_moment(line, "--as-of", as_of_us,
               "Judge as of this moment, such as 2026-06-01T00:00:00Z (RFC 3339); now by default");
}

}  // namespace tokenstore::tool
