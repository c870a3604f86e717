#include "format/calendar_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace tokenstore::tool {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

bool is_digit(char character) { return character >= '0' && character <= '9'; }

}  // namespace

CalendarTime to_calendar(std::int64_t time_us) noexcept {
    const std::chrono::sys_time<microseconds> time{microseconds(time_us)};
    const sys_days midnight = std::chrono::floor<days>(time);
    const year_month_day date{midnight};
    const std::chrono::hh_mm_ss<microseconds> clock{time - midnight};
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .hour = static_cast<unsigned>(clock.hours().count()),
            .minute = static_cast<unsigned>(clock.minutes().count()),
            .second = static_cast<unsigned>(clock.seconds().count()),
            .microsecond = static_cast<unsigned>(clock.subseconds().count())};
}

std::optional<std::int64_t> from_calendar(const CalendarTime& time) noexcept {
    const year_month_day date{std::chrono::year(time.year), std::chrono::month(time.month), std::chrono::day(time.day)};
    if (!date.ok() || time.year < 1 || time.year > 9999) return std::nullopt;
    if (time.hour > 23 || time.minute > 59 || time.second > 59) return std::nullopt;
    const std::chrono::sys_time<microseconds> moment =
        sys_days(date) + std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
        std::chrono::seconds(time.second) + microseconds(time.microsecond);
    return moment.time_since_epoch().count();
}

std::optional<std::int64_t> from_local(const CalendarTime& local, std::int64_t offset_seconds) noexcept {
    const std::optional<std::int64_t> local_us = from_calendar(local);
    if (!local_us) return std::nullopt;
    const std::int64_t time_us = *local_us - offset_seconds * 1'000'000;
    if (time_us < earliest_time_us || time_us > latest_time_us) return std::nullopt;
    return time_us;
}

std::int64_t start_of_day(std::int64_t time_us) noexcept {
    const std::chrono::sys_time<microseconds> midnight =
        std::chrono::floor<days>(std::chrono::sys_time<microseconds>{microseconds(time_us)});
    return midnight.time_since_epoch().count();
}

void append_digits(std::string& text, unsigned value, std::size_t width) {
    std::array<char, 10> digits{};
    write_digits(digits.data(), value, width);
    text.append(digits.data(), width);
}

bool TimeScanner::take_any(std::string_view wanted) noexcept {
    if (rest_.empty() || wanted.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
}

std::optional<unsigned> TimeScanner::take_number(std::size_t width) noexcept {
    if (rest_.size() < width ||
        !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(width), is_digit)) {
        return std::nullopt;
    }
    unsigned value = 0;
    for (const char digit : rest_.substr(0, width)) value = value * 10 + static_cast<unsigned>(digit - '0');
    rest_.remove_prefix(width);
    return value;
}

std::optional<unsigned> TimeScanner::take_fraction_us(std::size_t digits_max) noexcept {
    if (!rest_.starts_with('.')) return 0;
    const std::string_view digits = rest_.substr(1);
    const auto count =
        static_cast<std::size_t>(std::find_if_not(digits.begin(), digits.end(), is_digit) - digits.begin());
    if (count == 0 || count > digits_max) return std::nullopt;
    unsigned fraction_us = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        fraction_us = fraction_us * 10 + (i < count ? static_cast<unsigned>(digits[i] - '0') : 0);
    }
    rest_.remove_prefix(1 + count);
    return fraction_us;
}

std::optional<CalendarTime> TimeScanner::take_date_and_time(std::string_view separators,
                                                            std::size_t fraction_digits_max) noexcept {
    const std::string_view before = rest_;
    const auto year = take_number(4);
    const bool dash_one = take_any("-");
    const auto month = take_number(2);
    const bool dash_two = take_any("-");
    const auto day = take_number(2);
    const bool separator = take_any(separators);
    const auto hour = take_number(2);
    const bool colon_one = take_any(":");
    const auto minute = take_number(2);
    const bool colon_two = take_any(":");
    const auto second = take_number(2);
    const auto fraction_us = take_fraction_us(fraction_digits_max);
    const bool complete = year && dash_one && month && dash_two && day && separator && hour && colon_one && minute &&
                          colon_two && second && fraction_us;
    if (!complete) {
        rest_ = before;
        return std::nullopt;
    }
    return CalendarTime{static_cast<int>(*year), *month, *day, *hour, *minute, *second, *fraction_us};
}

}  // namespace tokenstore::tool
