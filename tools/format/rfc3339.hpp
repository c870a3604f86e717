// RFC 3339, the form of every time in flags, JSON and tables: "2026-04-22T00:16:23.579050Z".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::tool {

/// Appends the time in UTC, with six digits of a second unless they are all zero.
/// Precondition: a year from 1 to 9999.
void append_rfc3339(std::string& text, std::int64_t time_us);

[[nodiscard]] std::string rfc3339(std::int64_t time_us);

/// For tables: to the second, the rest cut off.
[[nodiscard]] std::string rfc3339_seconds(std::int64_t time_us);

/// The date alone: "2026-04-22".
[[nodiscard]] std::string date(std::int64_t time_us);

/// Reads a time with 'Z' or an offset; up to nine digits of a second, cut to microseconds. Nothing if it is not that:
/// a time without an offset is no moment.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text) noexcept;

}  // namespace tokenstore::tool
