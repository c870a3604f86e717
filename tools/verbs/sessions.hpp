// tokenstore sessions: a user's live tokens, newest login first.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb sessions_verb();

}  // namespace tokenstore::tool
