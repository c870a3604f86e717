// tokenstore family: a login and all that was rotated from it, as a tree.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb family_verb();

}  // namespace tokenstore::tool
