#include "storage/stored_options.hpp"

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "storage/host.hpp"
#include "storage/log_file.hpp"
#include "storage/small_file.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace fs = std::filesystem;

namespace {

Result<std::optional<fs::path>> newest_file(const fs::path& directory) {
    std::optional<std::pair<std::uint64_t, fs::path>> newest;
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        const auto number = number_in_name(entry->path().filename().string(), "OPTIONS-", "");
        if (number && (!newest || *number > newest->first)) newest = {*number, entry->path()};
    }
    if (failure) return system_error(failure.value(), "listing the store's directory");
    if (!newest) return std::nullopt;
    return newest->second;
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

Result<std::vector<EngineOption>> read_stored_options(const fs::path& directory) {
    const auto file = newest_file(directory);
    if (!file) return file.error();
    std::vector<EngineOption> options;
    if (!*file) return options;
    const auto text = read_small_file(current_host(), **file);
    if (!text) return text.error();
    std::istringstream lines(text->value_or(std::string()));
    std::string section;
    for (std::string line; std::getline(lines, line);) {
        line = trimmed(line);
        const auto equals = line.find('=');
        if (line.starts_with('[') && line.ends_with(']')) {
            section = line.substr(1, line.size() - 2);
        } else if (!line.starts_with('#') && equals != std::string::npos) {
            options.push_back({section, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1))});
        }
    }
    return options;
}

}  // namespace tokenstore::storage
