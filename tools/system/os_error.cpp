#include "system/os_error.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace tokenstore::tool {

Error os_error(std::string_view what, int error_number) {
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    return {full ? ErrorCode::disk_full : ErrorCode::io_error, WriteState::nothing_written,
            std::string(what) + ": " + std::generic_category().message(error_number)};
}

}  // namespace tokenstore::tool
