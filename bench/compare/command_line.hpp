// The command line of tokenstore_compare.
#pragma once

#include <optional>

#include "compare/settings.hpp"

namespace tokenstore::bench {

struct CommandLine {
    std::optional<Settings> settings;  ///< absent: help was printed, or a complaint
    int exit_code = 0;
};

[[nodiscard]] CommandLine parse_command_line(int argc, char** argv);

}  // namespace tokenstore::bench
