#include "verbs/exit_code.hpp"

namespace tokenstore::tool {

ExitCode exit_code_for(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::corrupt:
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

}  // namespace tokenstore::tool
