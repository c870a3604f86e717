// tokenstore diff: in what two stores or dumps differ.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb diff_verb();

}  // namespace tokenstore::tool
