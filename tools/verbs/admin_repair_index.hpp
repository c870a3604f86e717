// tokenstore admin repair-index: what is derived from the tokens.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb admin_repair_index_verb();

}  // namespace tokenstore::tool
