// tokenstore import: rows of the origin's table, from a dump or a file of PostgreSQL's COPY, into a store.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb import_verb();

}  // namespace tokenstore::tool
