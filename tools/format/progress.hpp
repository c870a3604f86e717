// One line on a terminal that tells how far a long read has come. Says nothing where there is no terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "system/output.hpp"

namespace tokenstore::tool {

/// "checking  12,345 rows  98,000 rows/s  45%  0:12 left"; without the last two where the total is unknown,
/// and without a rate in the first half second.
[[nodiscard]] std::string progress_line(std::string_view what, std::uint64_t rows, std::uint64_t bytes,
                                        std::optional<std::uint64_t> total_bytes, std::int64_t elapsed_us,
                                        std::string_view unit = "rows");

class Progress {
public:
    using SteadyClock = std::function<std::int64_t()>;  // microseconds, never back

    /// Draws on `terminal` if it is one. Borrowed.
    explicit Progress(Output& terminal);
    Progress(Output& terminal, bool visible, SteadyClock clock);
    ~Progress();  ///< erases the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Begins a count of its own. Its first update is drawn at once, so that even a quick one is seen, or once it has
    /// taken so long that somebody wonders.
    void begin(std::string_view what, std::optional<std::uint64_t> total_bytes, std::int64_t shown_after_us = 0,
               std::string_view unit = "rows");

    /// Cheap to call for every row: redraws ten times a second at most. `bytes` may be any measure of the way, as
    /// `total_bytes` is.
    void update(std::uint64_t rows, std::uint64_t bytes);

    /// Clears the line, so that something else can be written. The next update draws it again.
    void erase();

private:
    Output& terminal_;
    bool visible_;
    SteadyClock clock_;
    std::string what_;
    std::string unit_;
    std::optional<std::uint64_t> total_bytes_;
    std::int64_t shown_after_us_ = 0;
    std::int64_t began_us_ = 0;
    std::optional<std::int64_t> drawn_us_;
    bool on_screen_ = false;
};

}  // namespace tokenstore::tool
