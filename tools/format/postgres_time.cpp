#include "format/postgres_time.hpp"

#include "format/calendar_time.hpp"

namespace tokenstore::tool {
namespace {

// The widest offset that PostgreSQL knows is below 16 hours.
std::optional<std::int64_t> take_offset_seconds(TimeScanner& scanner) noexcept {
    const bool behind = scanner.take_any("-");
    if (!behind && !scanner.take_any("+")) return std::nullopt;
    const auto hours = scanner.take_number(2);
    if (!hours || *hours > 15) return std::nullopt;
    std::int64_t seconds = std::int64_t{*hours} * 3600;
    for (const std::int64_t unit : {60, 1}) {
        if (!scanner.take_any(":")) break;
        const auto part = scanner.take_number(2);
        if (!part || *part > 59) return std::nullopt;
        seconds += *part * unit;
    }
    return behind ? -seconds : seconds;
}

}  // namespace

void append_postgres_time(std::string& text, std::int64_t time_us) {
    const CalendarTime time = to_calendar(time_us);
    append_digits(text, static_cast<unsigned>(time.year), 4);
    text += '-';
    append_digits(text, time.month, 2);
    text += '-';
    append_digits(text, time.day, 2);
    text += ' ';
    append_digits(text, time.hour, 2);
    text += ':';
    append_digits(text, time.minute, 2);
    text += ':';
    append_digits(text, time.second, 2);
    if (time.microsecond != 0) {
        text += '.';
        append_digits(text, time.microsecond, 6);
        text.erase(text.find_last_not_of('0') + 1);
    }
    text += "+00";
}

std::optional<std::int64_t> parse_postgres_time(std::string_view text) noexcept {
    TimeScanner scanner(text);
    const auto local = scanner.take_date_and_time(" ", 6);
    if (!local) return std::nullopt;
    const auto offset_seconds = take_offset_seconds(scanner);
    if (!offset_seconds || !scanner.done()) return std::nullopt;
    return from_local(*local, *offset_seconds);
}

}  // namespace tokenstore::tool
