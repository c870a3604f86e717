// What the operating system refused, as an Error.
#pragma once

#include <string_view>

#include <tokenstore/error.hpp>

namespace tokenstore::tool {

/// disk_full for ENOSPC and EDQUOT, otherwise io_error; the message is "what: the system's words".
[[nodiscard]] Error os_error(std::string_view what, int error_number);

}  // namespace tokenstore::tool
