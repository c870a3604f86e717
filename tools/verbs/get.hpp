// tokenstore get: one token, by its hash or by the raw token on standard input.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb get_verb();

}  // namespace tokenstore::tool
