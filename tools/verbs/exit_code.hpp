// How the tool ends, for scripts. The numbers are stable.
#pragma once

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

enum class ExitCode : int {
    ok = 0,
    not_found = 1,  ///< no such token
    findings = 2,   ///< rows were refused
    damaged = 3,    ///< the store holds damaged bytes
    held = 4,       ///< another process holds the store
    usage = 5,      ///< the command line, or a value on it
    failure = 6,    ///< input, output, and everything else
};

[[nodiscard]] ExitCode exit_code_for(ErrorCode code) noexcept;

}  // namespace tokenstore::tool
