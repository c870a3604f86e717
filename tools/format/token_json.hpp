// Tokens as JSON objects: the origin's columns under their names, then what the store knows besides.
#pragma once

#include <tokenstore/token.hpp>

#include "format/json_line.hpp"
#include "format/redaction.hpp"

namespace tokenstore::tool {

/// "id":...,"created_at":...,...,"revoked_at":...,"chain_id":...,"state":...,"revocation_reason":...,"consumed_at":...,
/// "predecessor":...,"successor":... What is not to be shown at all has no member; what is not stored is null.
void add_token(JsonLine& line, const JudgedToken& judged, const Redaction& shown);

}  // namespace tokenstore::tool
