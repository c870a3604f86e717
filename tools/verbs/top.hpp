// tokenstore top: the users with most sessions, the longest families, the largest records.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb top_verb();

}  // namespace tokenstore::tool
