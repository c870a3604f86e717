// tokenstore count: what a store holds, in figures.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb count_verb();

}  // namespace tokenstore::tool
