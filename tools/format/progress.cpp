#include "format/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <tokenstore/clock.hpp>

#include "format/table.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::int64_t redraw_interval_us = 100'000;

// A rate of the first moments says nothing.
constexpr std::int64_t settled_after_us = 500'000;

std::string minutes_and_seconds(std::uint64_t seconds) {
    std::string text = std::to_string(seconds / 60) + ':';
    const std::uint64_t rest = seconds % 60;
    if (rest < 10) text += '0';
    return text + std::to_string(rest);
}

}  // namespace

std::string progress_line(std::string_view what, std::uint64_t rows, std::uint64_t bytes,
                          std::optional<std::uint64_t> total_bytes, std::int64_t elapsed_us, std::string_view unit) {
    std::string line(what);
    line += "  " + with_thousands(rows) + ' ' + std::string(unit);
    if (elapsed_us < settled_after_us) return line;
    const double seconds = static_cast<double>(elapsed_us) / 1e6;
    line += "  " + with_thousands(static_cast<std::uint64_t>(static_cast<double>(rows) / seconds)) + ' ' +
            std::string(unit) + "/s";
    if (!total_bytes || *total_bytes == 0 || bytes == 0) return line;
    const double share = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(*total_bytes));
    line += "  " + std::to_string(static_cast<unsigned>(share * 100)) + "%";
    line += "  " + minutes_and_seconds(static_cast<std::uint64_t>(std::lround(seconds / share - seconds))) + " left";
    return line;
}

Progress::Progress(Output& terminal)
    : Progress(terminal, terminal.is_terminal(), [] { return system_clock().steady_us(); }) {}

Progress::Progress(Output& terminal, bool visible, SteadyClock clock)
    : terminal_(terminal), visible_(visible), clock_(std::move(clock)) {}

Progress::~Progress() { erase(); }

void Progress::begin(std::string_view what, std::optional<std::uint64_t> total_bytes, std::int64_t shown_after_us,
                     std::string_view unit) {
    what_ = what;
    unit_ = unit;
    total_bytes_ = total_bytes;
    shown_after_us_ = shown_after_us;
    if (visible_) began_us_ = clock_();
    drawn_us_.reset();
}

void Progress::update(std::uint64_t rows, std::uint64_t bytes) {
    if (!visible_) return;
    const std::int64_t now_us = clock_();
    if (now_us - began_us_ < shown_after_us_) return;
    if (drawn_us_ && now_us - *drawn_us_ < redraw_interval_us) return;
    drawn_us_ = now_us;
    on_screen_ = true;
    terminal_.write("\r\x1b[K" + progress_line(what_, rows, bytes, total_bytes_, now_us - began_us_, unit_));
    terminal_.flush();
}

void Progress::erase() {
    if (!on_screen_) return;
    on_screen_ = false;
    terminal_.write("\r\x1b[K");
    terminal_.flush();
}

}  // namespace tokenstore::tool
