#include "format/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "format/csv_writer.hpp"
#include "support/dice.hpp"
#include "support/memory_file.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::tool {
namespace {

using tokenstore::test::MemoryFile;

// "line: [field] [field]" for each record; NULL stands without brackets; how it ended comes last.
std::string read_all(std::string_view bytes) {
    const MemoryFile text(bytes);
    CsvReader reader(text.descriptor());
    std::string seen;
    CsvReader::Step step = reader.next();
    for (; step == CsvReader::Step::record; step = reader.next()) {
        seen += std::to_string(reader.record().line) + ":";
        for (const CsvField& field : reader.record().fields) {
            seen += field ? " [" + std::string(*field) + "]" : " NULL";
        }
        seen += '\n';
    }
    if (step == CsvReader::Step::end) return seen + "end";
    return seen + "defect in line " + std::to_string(reader.defect().line) + " field " +
           std::to_string(reader.defect().field);
}

BOOST_AUTO_TEST_SUITE(csv_reader)

BOOST_AUTO_TEST_CASE(empty_file_has_no_records) { BOOST_TEST(read_all("") == "end"); }

BOOST_AUTO_TEST_CASE(fields_and_lines_are_found) {
    BOOST_TEST(read_all("a,b\nc,d\n") == "1: [a] [b]\n2: [c] [d]\nend");
}

BOOST_AUTO_TEST_CASE(last_line_needs_no_line_break) {
    BOOST_TEST(read_all("a,b\nc,") == "1: [a] [b]\n2: [c] NULL\nend");
}

BOOST_AUTO_TEST_CASE(null_and_the_empty_string_are_told_apart) {
    BOOST_TEST(read_all(",\"\",\n\"\"\n") == "1: NULL [] NULL\n2: []\nend");
}

BOOST_AUTO_TEST_CASE(blanks_and_tabs_belong_to_the_field) {
    BOOST_TEST(read_all(" a , b\t,\" \",  \n") == "1: [ a ] [ b\t] [ ] [  ]\nend");
}

BOOST_AUTO_TEST_CASE(quoted_field_holds_commas_quotes_and_line_breaks) {
    BOOST_TEST(read_all("\"a,b\",\"c\"\"d\",\"e\nf\r\ng\"\nh\n") == "1: [a,b] [c\"d] [e\nf\r\ng]\n4: [h]\nend");
}

BOOST_AUTO_TEST_CASE(carriage_return_before_the_line_break_is_no_data) {
    BOOST_TEST(read_all("a,b\r\n\"c\",\r\n") == "1: [a] [b]\n2: [c] NULL\nend");
}

BOOST_AUTO_TEST_CASE(empty_lines_are_no_records_but_count_as_lines) {
    BOOST_TEST(read_all("\na\n\n\r\nb\n\n") == "2: [a]\n5: [b]\nend");
}

BOOST_AUTO_TEST_CASE(bytes_beyond_ascii_pass_unchanged) {
    BOOST_TEST(read_all("\xe5\xb9\xb3,\xff\n") == "1: [\xe5\xb9\xb3] [\xff]\nend");
}

BOOST_AUTO_TEST_CASE(quote_inside_a_bare_field_is_a_defect) {
    BOOST_TEST(read_all("a,b\nc,d\"e\nf,g\n") == "1: [a] [b]\ndefect in line 2 field 1");
}

BOOST_AUTO_TEST_CASE(text_behind_a_closing_quote_is_a_defect_where_the_field_began) {
    BOOST_TEST(read_all("a,\"b\nc\"d\ne,f\n") == "defect in line 1 field 1");
}

BOOST_AUTO_TEST_CASE(quote_that_is_never_closed_is_a_defect_where_it_opened) {
    BOOST_TEST(read_all("a,b\nc,\"d\ne,f\n") == "1: [a] [b]\ndefect in line 2 field 1");
}

BOOST_AUTO_TEST_CASE(field_that_opens_behind_a_line_break_knows_its_own_line) {
    BOOST_TEST(read_all("\"a\nb\",\"c\n\n") == "defect in line 2 field 1");
}

BOOST_AUTO_TEST_CASE(reading_stays_at_its_end) {
    const MemoryFile text("a\n");
    CsvReader reader(text.descriptor());
    BOOST_TEST((reader.next() == CsvReader::Step::record));
    BOOST_TEST((reader.next() == CsvReader::Step::end));
    BOOST_TEST((reader.next() == CsvReader::Step::end));
    BOOST_TEST(reader.bytes_done() == 2U);
}

BOOST_AUTO_TEST_CASE(records_across_block_borders_are_whole) {
    std::string bytes;
    constexpr int count = 20'000;
    for (int i = 0; i < count; ++i) bytes += std::to_string(i) + ",\"x\n" + std::string(40, 'y') + "\"\n";
    const MemoryFile text(bytes);
    CsvReader reader(text.descriptor());
    for (int i = 0; i < count; ++i) {
        BOOST_REQUIRE((reader.next() == CsvReader::Step::record));
        BOOST_REQUIRE(reader.record().line == static_cast<std::uint64_t>(1 + 2 * i));
        BOOST_REQUIRE(*reader.record().fields.at(0) == std::to_string(i));
        BOOST_REQUIRE(*reader.record().fields.at(1) == "x\n" + std::string(40, 'y'));
    }
    BOOST_TEST((reader.next() == CsvReader::Step::end));
    BOOST_TEST(reader.bytes_done() == bytes.size());
}

BOOST_AUTO_TEST_CASE(random_records_survive_writing_and_reading) {
    constexpr std::array<std::string_view, 8> pieces = {"a", ",", "\"", "\n", "\r", "\r\n", " ", "\xc3\xa9"};
    tokenstore::test::Dice dice(tokenstore::test::test_seed());
    std::string bytes;
    std::string expected;
    std::uint64_t line = 1;
    for (int record = 0; record < 5'000; ++record) {
        const std::size_t begin = bytes.size();
        expected += std::to_string(line) + ":";
        for (int field = 0; field < 3; ++field) {
            if (field > 0) bytes += ',';
            if (dice.chance(20)) {
                expected += " NULL";
                continue;
            }
            std::string text;
            for (std::uint64_t left = dice.below(6); left > 0; --left) text += dice.one_of(pieces);
            append_csv_field(bytes, text);
            expected += " [" + text + "]";
        }
        bytes += '\n';
        expected += '\n';
        line += static_cast<std::uint64_t>(
            std::count(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end(), '\n'));
    }
    BOOST_TEST((read_all(bytes) == expected + "end"));
}

BOOST_AUTO_TEST_CASE(record_without_end_is_given_up_before_it_fills_the_memory) {
    const MemoryFile text("a\n\"" + std::string(3 * CsvReader::record_bytes_max, '\n'));
    CsvReader reader(text.descriptor());
    BOOST_TEST((reader.next() == CsvReader::Step::record));
    BOOST_TEST((reader.next() == CsvReader::Step::defect));
    BOOST_TEST(reader.defect().line == 2U);
    BOOST_TEST(reader.bytes_done() < 2 * CsvReader::record_bytes_max);
}

BOOST_AUTO_TEST_CASE(unreadable_descriptor_is_a_failure_of_the_system) {
    CsvReader reader(-1);
    BOOST_TEST((reader.next() == CsvReader::Step::defect));
    BOOST_TEST(reader.defect().error_number == EBADF);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
