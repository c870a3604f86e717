// tokenstore admin cleanup: what has expired.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb admin_cleanup_verb();

}  // namespace tokenstore::tool
