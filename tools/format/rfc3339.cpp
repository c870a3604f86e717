#include "format/rfc3339.hpp"

#include <array>

#include "format/calendar_time.hpp"

namespace tokenstore::tool {
namespace {

// In one piece: a dump writes four times a token.
void append_to_the_second(std::string& text, const CalendarTime& time) {
    std::array<char, 19> digits = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0',
                                   'T', '0', '0', ':', '0', '0', ':', '0', '0'};
    write_digits(&digits[0], static_cast<unsigned>(time.year), 4);
    write_digits(&digits[5], time.month, 2);
    write_digits(&digits[8], time.day, 2);
    write_digits(&digits[11], time.hour, 2);
    write_digits(&digits[14], time.minute, 2);
    write_digits(&digits[17], time.second, 2);
    text.append(digits.data(), digits.size());
}

std::optional<std::int64_t> take_offset_seconds(TimeScanner& scanner) noexcept {
    if (scanner.take_any("Zz")) return 0;
    const bool behind = scanner.take_any("-");
    if (!behind && !scanner.take_any("+")) return std::nullopt;
    const auto hours = scanner.take_number(2);
    const bool colon = scanner.take_any(":");
    const auto minutes = scanner.take_number(2);
    if (!hours || !colon || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::int64_t seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
    return behind ? -seconds : seconds;
}

}  // namespace

void append_rfc3339(std::string& text, std::int64_t time_us) {
    const CalendarTime time = to_calendar(time_us);
    append_to_the_second(text, time);
    if (time.microsecond != 0) {
        text += '.';
        append_digits(text, time.microsecond, 6);
    }
    text += 'Z';
}

std::string rfc3339(std::int64_t time_us) {
    std::string text;
    append_rfc3339(text, time_us);
    return text;
}

std::string rfc3339_seconds(std::int64_t time_us) {
    std::string text;
    append_to_the_second(text, to_calendar(time_us));
    text += 'Z';
    return text;
}

std::string date(std::int64_t time_us) { return rfc3339_seconds(time_us).substr(0, 10); }

std::optional<std::int64_t> parse_rfc3339(std::string_view text) noexcept {
    TimeScanner scanner(text);
    const auto local = scanner.take_date_and_time("Tt", 9);
    if (!local) return std::nullopt;
    const auto offset_seconds = take_offset_seconds(scanner);
    if (!offset_seconds || !scanner.done()) return std::nullopt;
    return from_local(*local, *offset_seconds);
}

}  // namespace tokenstore::tool
