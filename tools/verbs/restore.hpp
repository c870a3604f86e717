// tokenstore restore: a store made from a backup, and what that brings back to life.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb restore_verb();

}  // namespace tokenstore::tool
