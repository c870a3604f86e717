// tokenstore backups: the backups in a folder, and whether they are whole.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb backups_verb();

}  // namespace tokenstore::tool
