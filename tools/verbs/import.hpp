// tokenstore import: rows of the origin's table, from a file of PostgreSQL's COPY, into a store.
#pragma once

#include <cstdint>
#include <filesystem>

#include "verbs/console.hpp"

namespace tokenstore::tool {

enum class OnError {
    stop,  ///< a bad row, and nothing is stored: the file is proved as a whole first
    skip,  ///< a bad row is reported, the rest is stored
};

struct ImportArguments {
    std::filesystem::path store;
    std::filesystem::path file;
    OnError on_error = OnError::stop;
    std::int64_t longest_lifetime_us = 0;  ///< no row may expire further ahead
};

[[nodiscard]] ExitCode run_import(const ImportArguments& arguments, Console& console);

}  // namespace tokenstore::tool
