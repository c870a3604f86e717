// tokenstore size: what the parts of a store take up, and how much of it is expired or dead.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb size_verb();

}  // namespace tokenstore::tool
