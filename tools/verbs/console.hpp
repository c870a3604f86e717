// Where a verb reads and writes: standard input, output and error, or what a test puts in their place.
#pragma once

#include <string_view>

#include <tokenstore/error.hpp>

#include "system/output.hpp"
#include "verbs/exit_code.hpp"

namespace tokenstore::tool {

struct Console {
    int input;       ///< a descriptor
    Output& output;  ///< answers
    Output& errors;  ///< messages, each flushed at once
};

/// Whether answers may be coloured and drawn: only on a terminal, and not if NO_COLOR is set (no-color.org) or the
/// terminal is a dumb one.
[[nodiscard]] bool wants_colours(const Console& console) noexcept;

/// Writes "tokenstore: message" as one line, behind the answers so far.
void report(Console& console, std::string_view message);

/// Reports the error, unless it came of an interruption, and answers the exit code that belongs to it.
[[nodiscard]] ExitCode report(Console& console, const Error& error);

/// Flushes the output and answers how the process ends: as the verb said, unless the output could not be written. A
/// reader that went away early is no failure.
[[nodiscard]] ExitCode finish(Console& console, ExitCode verdict);

}  // namespace tokenstore::tool
