// tokenstore fsync-test: what a disk really gives when it is told to make writes safe.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb fsync_test_verb();

}  // namespace tokenstore::tool
