// Whether a token can be used at a moment, and why: the sentence an operator wants to read.
#pragma once

#include <cstdint>
#include <string>

#include <tokenstore/token.hpp>

#include "format/redaction.hpp"

namespace tokenstore::tool {

[[nodiscard]] bool is_valid(const JudgedToken& judged) noexcept;

/// Such as "expired on 2026-06-01T00:00:00Z, 2 days before". `as_of_us` is the moment it was judged for.
[[nodiscard]] std::string why_valid_or_not(const JudgedToken& judged, std::int64_t as_of_us, const Redaction& shown);

/// "2 days", "3 hours", "1 minute", "12 seconds": the greatest unit, the rest cut off. The sign is dropped.
[[nodiscard]] std::string rough_duration(std::int64_t duration_us);

}  // namespace tokenstore::tool
