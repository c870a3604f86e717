#include "format/postgres_time.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/calendar_time.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::int64_t second_us = 1'000'000;

std::string written(std::int64_t time_us) {
    std::string text;
    append_postgres_time(text, time_us);
    return text;
}

BOOST_AUTO_TEST_SUITE(postgres_time)

BOOST_AUTO_TEST_CASE(fraction_is_written_without_trailing_zeros) {
    const std::int64_t time_us = 1'776'816'983 * second_us;  // date --utc --date=@1776816983
    BOOST_TEST(written(time_us) == "2026-04-22 00:16:23+00");
    BOOST_TEST(written(time_us + 579'050) == "2026-04-22 00:16:23.57905+00");
    BOOST_TEST(written(time_us + 1) == "2026-04-22 00:16:23.000001+00");
    BOOST_TEST(written(time_us + 500'000) == "2026-04-22 00:16:23.5+00");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
    for (const std::int64_t time_us :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{951'782'400'000'001}, earliest_time_us, latest_time_us}) {
        BOOST_TEST(parse_postgres_time(written(time_us)).value() == time_us);
    }
}

BOOST_AUTO_TEST_CASE(ends_of_the_range_are_the_years_1_and_9999) {
    BOOST_TEST(written(earliest_time_us) == "0001-01-01 00:00:00+00");
    BOOST_TEST(written(latest_time_us) == "9999-12-31 23:59:59.999999+00");
}

BOOST_AUTO_TEST_CASE(any_offset_is_understood) {
    const std::int64_t noon = parse_postgres_time("2026-06-01 12:00:00+00").value();
    BOOST_TEST(parse_postgres_time("2026-06-01 14:00:00+02").value() == noon);
    BOOST_TEST(parse_postgres_time("2026-06-01 17:30:00+05:30").value() == noon);
    BOOST_TEST(parse_postgres_time("2026-06-01 08:29:45-03:30:15").value() == noon);
    BOOST_TEST(parse_postgres_time("2026-05-31 23:00:00-13").value() == noon);
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_time) {
    for (const std::string_view text : {
             "",
             "now",
             "infinity",
             "2026-06-01",
             "2026-06-01 12:00:00",
             "2026-06-01T12:00:00+00",
             "2026-06-01 12:00:00Z",
             "2026-06-01 12:00+00",
             "2026-6-1 12:00:00+00",
             "2026-13-01 12:00:00+00",
             "2026-02-29 12:00:00+00",
             "2026-06-31 12:00:00+00",
             "2026-06-01 24:00:00+00",
             "2026-06-01 12:60:00+00",
             "2026-06-01 12:00:60+00",
             "2026-06-01 12:00:00.+00",
             "2026-06-01 12:00:00.1234567+00",
             "2026-06-01 12:00:00+2",
             "2026-06-01 12:00:00+16",
             "2026-06-01 12:00:00+02:60",
             "2026-06-01 12:00:00+02:",
             "2026-06-01 12:00:00+00 ",
             " 2026-06-01 12:00:00+00",
             "2026-06-01 12:00:00+00 BC",
             "0000-06-01 12:00:00+00",
             "12026-06-01 12:00:00+00",
             "-001-06-01 12:00:00+00",
             "9999-12-31 23:59:59-01",
             "0001-01-01 00:00:00+01",
         }) {
        BOOST_TEST(!parse_postgres_time(text), "took \"" << text << '"');
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
