// tokenstore get: one token, by its hash or by the raw token on standard input.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <tokenstore/ids.hpp>

#include "verbs/console.hpp"

namespace tokenstore::tool {

enum class GetFormat { table, json };

struct GetArguments {
    std::filesystem::path store;
    std::optional<TokenHash> hash;    ///< absent: the raw token is read from standard input
    std::optional<GetFormat> format;  ///< absent: table on a terminal, json elsewhere
    std::int64_t as_of_us = 0;
};

[[nodiscard]] ExitCode run_get(const GetArguments& arguments, Console& console);

}  // namespace tokenstore::tool
