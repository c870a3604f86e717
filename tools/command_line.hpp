// The tool's command line: what may be written on it, and which verb it calls.
#pragma once

#include "verbs/console.hpp"

namespace tokenstore::tool {

/// Parses the arguments, runs the verb, and answers how it ended. Flushes the console.
[[nodiscard]] ExitCode run_command_line(int argc, const char* const* argv, Console& console);

}  // namespace tokenstore::tool
