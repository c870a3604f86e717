// tokenstore count: what a store holds, in figures.
#pragma once

#include <cstdint>
#include <filesystem>

#include "verbs/console.hpp"

namespace tokenstore::tool {

struct CountArguments {
    std::filesystem::path store;
    std::int64_t as_of_us = 0;
};

/// Writes one JSON object.
[[nodiscard]] ExitCode run_count(const CountArguments& arguments, Console& console);

}  // namespace tokenstore::tool
