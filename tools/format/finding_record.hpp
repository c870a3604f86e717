// A finding of a verification as fields.
#pragma once

#include <tokenstore/verification.hpp>

#include "format/record.hpp"
#include "format/redaction.hpp"

namespace tokenstore::tool {

[[nodiscard]] Record finding_record(const Finding& finding, const Redaction& shown);

}  // namespace tokenstore::tool
