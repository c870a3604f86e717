// tokenstore info, size, stat: a store in figures.
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>

#include "tool/expected_output.hpp"
#include "tool/small_store.hpp"
#include "tool/writer_beside.hpp"

namespace tokenstore::tool::test {
namespace {

using namespace tokenstore::test;

BOOST_FIXTURE_TEST_SUITE(figures, SmallStore)

BOOST_AUTO_TEST_CASE(info_of_a_store_that_nobody_holds) {
    const Finished info = tool({"info", store().string()});
    BOOST_TEST(info.exit_code == 0, info.errors);
    check_output(settled(info.output), "info.jsonl");
}

BOOST_AUTO_TEST_CASE(info_names_the_process_that_holds_the_store) {
    const TokenStore owner = opened();
    const Finished info = tool({"info", store().string(), "--format", "table"});
    BOOST_TEST(info.exit_code == 0, info.errors);
    check_output(settled(info.output), "info_held.txt");
}

BOOST_AUTO_TEST_CASE(size_by_files_and_by_records) {
    const Finished json = tool({"size", store().string()});
    BOOST_TEST(json.exit_code == 0, json.errors);
    check_output(settled(json.output), "size.jsonl");
    const Finished table = tool({"size", store().string(), "--format", "table"});
    BOOST_TEST(table.exit_code == 0);
    BOOST_TEST(table.output.starts_with("part     name"), table.output);
    BOOST_TEST(table.errors.starts_with("tokenstore: the store as of "), table.errors);
}

BOOST_AUTO_TEST_CASE(another_moment_changes_what_has_expired) {
    for (const char* verb : {"info", "stat"}) {
        const Finished later = tool({verb, store().string(), "--as-of", "2999-01-01T00:00:00Z"});
        BOOST_TEST(later.exit_code == 0, later.errors);
        const auto line = parse_json(later.output);
        BOOST_TEST(line["as_of"].GetString() == "2999-01-01T00:00:00Z");
        BOOST_TEST(line["live"].GetUint64() == 0U);
    }
    BOOST_TEST(tool({"stat", store().string(), "-i", "1", "--as-of", "2999-01-01T00:00:00Z"}).exit_code == 5);
}

BOOST_AUTO_TEST_CASE(stat_is_one_line_or_as_many_as_wanted) {
    const Finished once = tool({"stat", store().string()});
    BOOST_TEST(once.exit_code == 0, once.errors);
    check_output(settled(once.output), "stat.jsonl");
    const Finished twice = tool({"stat", store().string(), "-i", "1", "-n", "2"});
    BOOST_TEST(settled(twice.output) == settled(once.output + once.output));
    const Finished table = tool({"stat", store().string(), "--format", "table"});
    BOOST_TEST(table.output.find("live") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(stat_for_prometheus) {
    const Finished prometheus = tool({"stat", store().string(), "--prom"});
    BOOST_TEST(prometheus.exit_code == 0, prometheus.errors);
    std::string names_and_values;
    std::istringstream lines(prometheus.output);
    for (std::string line; std::getline(lines, line);) {
        const bool is_of_the_engine = line.find("_bytes") != std::string::npos && !line.starts_with('#');
        names_and_values += is_of_the_engine ? line.substr(0, line.rfind(' ')) + " BYTES" : line;
        names_and_values += '\n';
    }
    check_output(names_and_values, "stat.prom");
}

BOOST_AUTO_TEST_CASE(beside_a_writer_every_figure_is_there) {
    TokenStore owner = opened();
    const WriterBeside writer(owner);
    for (const char* verb : {"info", "size", "stat"}) {
        const Finished finished = tool({verb, store().string()});
        BOOST_TEST(finished.exit_code == 0, verb << ": " << finished.errors);
    }
    BOOST_TEST(!writer.failed());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
