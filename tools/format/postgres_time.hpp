// PostgreSQL's text of a timestamptz (DateStyle ISO), as COPY writes it: "2026-04-22 00:16:23.57905+00".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::tool {

/// Appends the time in UTC: the fraction without trailing zeros, none if it is zero.
/// Precondition: a year from 1 to 9999.
void append_postgres_time(std::string& text, std::int64_t time_us);

/// Reads the form above with any offset: "+02", "+05:30", "-03:30:15". Nothing if it is not that.
[[nodiscard]] std::optional<std::int64_t> parse_postgres_time(std::string_view text) noexcept;

}  // namespace tokenstore::tool
