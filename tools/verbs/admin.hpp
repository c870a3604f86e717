// tokenstore admin: the changes an operator makes: ending, removing, compacting, repairing.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb admin_verb();

}  // namespace tokenstore::tool
