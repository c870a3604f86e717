// How the tool ends, for scripts. The numbers are stable.
#pragma once

#include <string_view>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

enum class ExitCode : int {
    ok = 0,         ///< found, done
    not_found = 1,  ///< what was asked for is not there
    findings = 2,   ///< something is to be looked at, such as rows that were refused
    damaged = 3,    ///< the store or the file holds damaged bytes
    held = 4,       ///< another process holds the store
    usage = 5,      ///< the command line, or a value on it
    failure = 6,    ///< input, output, and everything else
};

[[nodiscard]] ExitCode exit_code_for(ErrorCode code) noexcept;

/// A paragraph for the help that names them all.
[[nodiscard]] std::string_view exit_codes_help() noexcept;

}  // namespace tokenstore::tool
