// tokenstore info: what a store is: its format, its size, its time, who holds it.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb info_verb();

}  // namespace tokenstore::tool
