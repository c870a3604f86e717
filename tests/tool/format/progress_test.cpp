#include "format/progress.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>

#include "support/memory_file.hpp"
#include "system/output.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::int64_t second_us = 1'000'000;

// Stands in for a terminal; keeps what was written.
class Screen {
public:
    std::string text() {
        output.flush();
        return file_.content();
    }

private:
    tokenstore::test::MemoryFile file_;

public:
    Output output{file_.descriptor()};
};

BOOST_AUTO_TEST_SUITE(progress)

BOOST_AUTO_TEST_CASE(line_tells_rows_rate_share_and_remaining_time) {
    BOOST_TEST(progress_line("storing", 12'345, 250, 1000, 5 * second_us) ==
               "storing  12,345 rows  2,469 rows/s  25%  0:15 left");
    BOOST_TEST(progress_line("storing", 1'000'000, 999, 1000, 90 * second_us) ==
               "storing  1,000,000 rows  11,111 rows/s  99%  0:00 left");
    BOOST_TEST(progress_line("storing", 1, 1, 1000, second_us) == "storing  1 rows  1 rows/s  0%  16:39 left");
    BOOST_TEST(progress_line("copying", 64, 64, 128, second_us, "MiB") == "copying  64 MiB  64 MiB/s  50%  0:01 left");
}

BOOST_AUTO_TEST_CASE(without_a_total_nothing_is_promised) {
    BOOST_TEST(progress_line("storing", 10, 250, {}, second_us) == "storing  10 rows  10 rows/s");
    BOOST_TEST(progress_line("storing", 0, 0, 1000, second_us) == "storing  0 rows  0 rows/s");
}

BOOST_AUTO_TEST_CASE(first_moments_promise_nothing) {
    BOOST_TEST(progress_line("storing", 10, 250, 1000, second_us / 2 - 1) == "storing  10 rows");
    BOOST_TEST(progress_line("storing", 10, 250, 1000, second_us / 2) == "storing  10 rows  20 rows/s  25%  0:02 left");
}

BOOST_AUTO_TEST_CASE(line_is_drawn_at_most_ten_times_a_second) {
    Screen screen;
    std::int64_t now_us = 0;
    {
        Progress progress(screen.output, true, [&now_us] { return now_us; });
        progress.begin("storing", 1000);
        for (std::uint64_t row = 1; row <= 1000; ++row) {
            now_us += second_us / 1000;
            progress.update(row, row);
        }
    }
    const std::string text = screen.text();
    BOOST_TEST(std::count(text.begin(), text.end(), '\r') == 10 + 1);  // and erased once
}

BOOST_AUTO_TEST_CASE(what_is_over_within_a_second_may_stay_unseen) {
    Screen screen;
    std::int64_t now_us = 0;
    {
        Progress progress(screen.output, true, [&now_us] { return now_us; });
        progress.begin("counting", 1000, second_us);
        now_us = second_us - 1;
        progress.update(1, 10);
        BOOST_TEST(screen.text().empty());
        now_us = second_us;
        progress.update(2, 500);
    }
    BOOST_TEST(screen.text() == "\r\x1b[Kcounting  2 rows  2 rows/s  50%  0:01 left\r\x1b[K");
}

BOOST_AUTO_TEST_CASE(line_is_erased_at_the_end) {
    Screen screen;
    {
        Progress progress(screen.output, true, [] { return std::int64_t{0}; });
        progress.begin("storing", 1000);
        progress.update(1, 1);
    }
    BOOST_TEST(screen.text() == "\r\x1b[Kstoring  1 rows\r\x1b[K");
}

BOOST_AUTO_TEST_CASE(next_stage_is_drawn_at_once) {
    Screen screen;
    {
        Progress progress(screen.output, true, [] { return std::int64_t{0}; });
        progress.begin("checking", 1000);
        progress.update(1, 1);
        progress.begin("storing", 1000);
        progress.update(2, 2);
    }
    BOOST_TEST(screen.text() == "\r\x1b[Kchecking  1 rows\r\x1b[Kstoring  2 rows\r\x1b[K");
}

BOOST_AUTO_TEST_CASE(nothing_is_written_where_there_is_no_terminal) {
    Screen screen;
    {
        Progress progress(screen.output);
        progress.begin("storing", 1000);
        progress.update(1, 1);
    }
    BOOST_TEST(screen.text().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
