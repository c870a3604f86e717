// tokenstore verify: whether a store is whole, and whether its records fit together.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb verify_verb();

}  // namespace tokenstore::tool
