// Between microseconds since the epoch and the Gregorian calendar, and the digits that both text forms share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenstore::tool {

/// A moment in UTC, as a calendar and a clock show it.
struct CalendarTime {
    int year = 1970;
    unsigned month = 1;
    unsigned day = 1;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    unsigned microsecond = 0;
};

/// The years that the text forms can hold: 0001-01-01 00:00:00 up to 9999-12-31 23:59:59.999999. The store keeps no
/// other times.
inline constexpr std::int64_t earliest_time_us = -62'135'596'800'000'000;
inline constexpr std::int64_t latest_time_us = 253'402'300'799'999'999;

/// Precondition: earliest_time_us <= time_us <= latest_time_us.
[[nodiscard]] CalendarTime to_calendar(std::int64_t time_us) noexcept;

/// Nothing if there is no such day or time of day.
[[nodiscard]] std::optional<std::int64_t> from_calendar(const CalendarTime& time) noexcept;

/// The midnight that the moment's day in UTC began with.
[[nodiscard]] std::int64_t start_of_day(std::int64_t time_us) noexcept;

/// Writes `value` in exactly `width` digits, with leading zeros.
constexpr void write_digits(char* at, unsigned value, std::size_t width) noexcept {
    for (; width > 0; value /= 10) at[--width] = static_cast<char>('0' + value % 10);
}

/// Appends `value` in exactly `width` digits, at most ten, with leading zeros.
void append_digits(std::string& text, unsigned value, std::size_t width);

/// Takes text apart from the left. Each function leaves the text as it was if it does not match.
class TimeScanner {
public:
    explicit TimeScanner(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

    /// One character out of `wanted`.
    bool take_any(std::string_view wanted) noexcept;

    /// Exactly `width` digits.
    [[nodiscard]] std::optional<unsigned> take_number(std::size_t width) noexcept;

    /// One to `digits_max` digits behind a decimal point, cut to microseconds; 0 if there is no point.
    [[nodiscard]] std::optional<unsigned> take_fraction_us(std::size_t digits_max) noexcept;

    /// "YYYY-MM-DD" + one of `separators` + "HH:MM:SS" + fraction.
    [[nodiscard]] std::optional<CalendarTime> take_date_and_time(std::string_view separators,
                                                                 std::size_t fraction_digits_max) noexcept;

private:
    std::string_view rest_;
};

/// The moment in UTC of a local time that is ahead of UTC by the offset. Nothing if it is outside the range above.
[[nodiscard]] std::optional<std::int64_t> from_local(const CalendarTime& local, std::int64_t offset_seconds) noexcept;

}  // namespace tokenstore::tool
