#include "format/rfc3339.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string_view>

#include "format/calendar_time.hpp"

namespace tokenstore::tool {
namespace {

constexpr std::int64_t june_us = 1'780'272'000'000'000;  // date --utc --date=@1780272000

BOOST_AUTO_TEST_SUITE(rfc3339_text)

BOOST_AUTO_TEST_CASE(fraction_is_six_digits_or_none) {
    BOOST_TEST(rfc3339(june_us) == "2026-06-01T00:00:00Z");
    BOOST_TEST(rfc3339(june_us + 120) == "2026-06-01T00:00:00.000120Z");
    BOOST_TEST(rfc3339(june_us - 1) == "2026-05-31T23:59:59.999999Z");
    BOOST_TEST(rfc3339(-1) == "1969-12-31T23:59:59.999999Z");
}

BOOST_AUTO_TEST_CASE(for_tables_the_fraction_is_cut_off) {
    BOOST_TEST(rfc3339_seconds(june_us - 1) == "2026-05-31T23:59:59Z");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
    for (const std::int64_t time_us : {june_us, june_us + 1, std::int64_t{-1}, earliest_time_us, latest_time_us}) {
        BOOST_TEST(parse_rfc3339(rfc3339(time_us)).value() == time_us);
    }
}

BOOST_AUTO_TEST_CASE(zulu_and_offsets_are_understood) {
    for (const std::string_view text :
         {"2026-06-01T00:00:00Z", "2026-06-01t00:00:00z", "2026-06-01T00:00:00+00:00", "2026-06-01T00:00:00-00:00",
          "2026-06-01T02:00:00+02:00", "2026-05-31T18:15:00-05:45", "2026-06-01T00:00:00.000000999Z"}) {
        BOOST_TEST(parse_rfc3339(text).value() == june_us, text);
    }
    BOOST_TEST(parse_rfc3339("2026-06-01T00:00:00.123456789Z").value() == june_us + 123'456);
    BOOST_TEST(parse_rfc3339("2026-06-01T00:00:00.5Z").value() == june_us + 500'000);
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_time) {
    for (const std::string_view text :
         {"", "now", "2026-06-01", "2026-06-01T00:00:00", "2026-06-01T00:00Z", "2026-06-01 00:00:00Z",
          "2026-06-01T00:00:00+02", "2026-06-01T00:00:00+0200", "2026-06-01T00:00:00+24:00",
          "2026-06-01T00:00:00+02:60", "2026-06-01T00:00:00.Z", "2026-06-01T00:00:00.1234567890Z",
          "2026-06-01T00:00:00Z ", "2026-02-29T00:00:00Z", "2026-06-01T24:00:00Z", "2026-06-01T00:00:60Z",
          "9999-12-31T23:59:59-00:01", "1780272000"}) {
        BOOST_TEST(!parse_rfc3339(text), "took \"" << text << '"');
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
