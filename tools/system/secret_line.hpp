// Reading a raw token from standard input, the one way in which the tool takes a secret: arguments would show in the
// list of processes and in the shell's history.
#pragma once

#include <functional>

#include <tokenstore/raw_token.hpp>

namespace tokenstore::tool {

/// Reads one line, without its end, as a raw token. On a terminal nothing of it is shown, and `prompt` is called once
/// it is safe to type. The buffer is wiped before the call returns, and not a byte behind the line is consumed. Errors:
/// malformed_token, io_error.
[[nodiscard]] Result<RawToken> read_raw_token(int descriptor, const std::function<void()>& prompt);

}  // namespace tokenstore::tool
