// tokenstore expiry: what expires when, past and future.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb expiry_verb();

}  // namespace tokenstore::tool
