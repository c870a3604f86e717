// tokenstore dump: every token of a store, in the order of hashes.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb dump_verb();

}  // namespace tokenstore::tool
