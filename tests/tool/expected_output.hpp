// Comparing all that the tool wrote with a file of tests/tool/expected/store/.
#pragma once

#include <string>

namespace tokenstore::tool::test {

/// The output with what differs from run to run made alike: moments around now become MOMENT, and the numbers of bytes
/// that depend on the engine's files BYTES.
[[nodiscard]] std::string settled(const std::string& output);

/// Checks that the whole output is that of the file. Set TOKENSTORE_WRITE_EXPECTED=1 to write the file instead, and
/// read what has changed before it is committed.
void check_output(const std::string& output, const std::string& file);

}  // namespace tokenstore::tool::test
