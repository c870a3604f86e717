// A finding of a verification as fields.
#pragma once

#include <string>

#include <tokenstore/verification.hpp>

#include "format/record.hpp"
#include "format/redaction.hpp"

namespace tokenstore::tool {

[[nodiscard]] Record finding_record(const Finding& finding, const Redaction& shown);

/// The same as people read it: a line that says what was found, and below it what it was found in.
[[nodiscard]] std::string finding_for_people(const Finding& finding, const Redaction& shown, bool colours);

}  // namespace tokenstore::tool
