#include "verbs/exit_code.hpp"

namespace tokenstore::tool {

ExitCode exit_code_for(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::corrupt:
        case ErrorCode::log_damaged:
            return ExitCode::damaged;
        case ErrorCode::held_by_another_process:
            return ExitCode::held;
        case ErrorCode::malformed_token:
        case ErrorCode::malformed_hash:
        case ErrorCode::malformed_id:
        case ErrorCode::invalid_options:
        case ErrorCode::invalid_page:
        case ErrorCode::time_out_of_range:
            return ExitCode::usage;
        default:
            return ExitCode::failure;
    }
}

std::string_view exit_codes_help() noexcept {
    return "Exit codes:\n"
           "  0  found, done\n"
           "  1  not found\n"
           "  2  findings: rows were refused, two stores differ, verify found something or repair-index left it,\n"
           "     restore brought tokens back to life\n"
           "  3  damaged: the store or the file\n"
           "  4  held by another process: the store\n"
           "  5  wrong usage: an argument, a time, an id, a hash, a malformed token\n"
           "  6  input or output, and anything else: a missing store, a full disk, an unreadable file\n"
           "A reader of the output that leaves early (head, less) is no failure.\n";
}

}  // namespace tokenstore::tool
