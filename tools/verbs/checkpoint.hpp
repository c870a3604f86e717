// tokenstore checkpoint: a consistent copy of a live store.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb checkpoint_verb();

}  // namespace tokenstore::tool
