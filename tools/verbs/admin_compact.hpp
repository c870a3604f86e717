// tokenstore admin compact: the files, so that what is expired leaves the disk.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb admin_compact_verb();

}  // namespace tokenstore::tool
