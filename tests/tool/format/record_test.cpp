#include "format/record.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

namespace tokenstore::tool::test {
namespace {

Record one_of_each() {
    return Record()
        .add("nothing", nullptr)
        .add("truth", true)
        .add("count", std::uint64_t{1'234'567})
        .add("process", Identifier{12'345})
        .add("text", std::string("a\x1b[31mb"))
        .add("at", Moment{1'780'272'000'123'456})
        .add("bytes", Bytes{1536})
        .add("share", Share{0.25})
        .add("took", Span{0.0015});
}

BOOST_AUTO_TEST_SUITE(record)

BOOST_AUTO_TEST_CASE(record_as_json_is_exact) {
    BOOST_TEST(json_line(one_of_each()) ==
               "{\"nothing\":null,\"truth\":true,\"count\":1234567,\"process\":12345,\"text\":\"a\\u001B[31mb\","
               "\"at\":\"2026-06-01T00:00:00.123456Z\",\"bytes\":1536,\"share\":0.25,\"took\":0.0015}\n");
    BOOST_TEST(json_line(Record()) == "{}\n");
}

BOOST_AUTO_TEST_CASE(record_for_people_is_readable_and_harmless) {
    BOOST_TEST(lines_for_people(one_of_each()) ==
               "nothing: -\n"
               "truth:   yes\n"
               "count:   1,234,567\n"
               "process: 12345\n"
               "text:    a\\x1b[31mb\n"
               "at:      2026-06-01T00:00:00Z\n"
               "bytes:   1.5 KiB\n"
               "share:   25.0%\n"
               "took:    1.50 ms\n");
}

BOOST_AUTO_TEST_CASE(records_for_people_are_a_table_with_measures_at_the_right) {
    const auto row = [](const std::string& name, std::uint64_t count) {
        return Record().add("name", name).add("count", count);
    };
    BOOST_TEST(table_for_people({row("a", 5), row("bc", 12'000)}) ==
               "name   count\n"
               "a          5\n"
               "bc    12,000\n");
    BOOST_TEST(table_for_people({}) == "");
}

BOOST_AUTO_TEST_CASE(absent_value_stands_where_the_values_of_its_column_do) {
    const auto row = [](FieldValue text, FieldValue number) {
        return Record().add("text", std::move(text)).add("number", std::move(number)).add("nowhere", nullptr);
    };
    BOOST_TEST(table_for_people({row(nullptr, nullptr), row(std::string("abcdef"), std::uint64_t{7})}) ==
               "text    number  nowhere\n"
               "-            -  -\n"
               "abcdef       7  -\n");
}

BOOST_AUTO_TEST_CASE(sizes_and_times_are_shown_in_units_that_fit) {
    BOOST_TEST(shown(Bytes{0}) == "0 B");
    BOOST_TEST(shown(Bytes{1023}) == "1023 B");
    BOOST_TEST(shown(Bytes{1ULL << 50U}) == "1024.0 TiB");
    BOOST_TEST(shown(Span{0.000123}) == "123 us");
    BOOST_TEST(shown(Span{2.5}) == "2.50 s");
    BOOST_TEST(shown(FieldValue(std::string())) == "\"\"");
}

BOOST_AUTO_TEST_CASE(absent_value_is_null) {
    const auto moment = [](std::int64_t time_us) { return Moment{time_us}; };
    BOOST_TEST(json_line(Record().add_if("at", std::optional<std::int64_t>(), moment)) == "{\"at\":null}\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
