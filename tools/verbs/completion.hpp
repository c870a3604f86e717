// tokenstore completion: scripts that complete its command line, and its manual page.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb completion_verb();

}  // namespace tokenstore::tool
