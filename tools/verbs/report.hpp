// tokenstore report: a store as a picture, one page of HTML.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb report_verb();

}  // namespace tokenstore::tool
