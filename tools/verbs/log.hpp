// tokenstore log: the write-ahead log as operations.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb log_verb();

}  // namespace tokenstore::tool
