// tokenstore backup: an incremental backup of a live store.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb backup_verb();

}  // namespace tokenstore::tool
