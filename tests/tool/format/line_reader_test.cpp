#include "format/line_reader.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "support/memory_file.hpp"

namespace tokenstore::tool {
namespace {

std::vector<std::string> lines_of(const std::string& text, std::size_t block_bytes, std::string_view before = {}) {
    const tokenstore::test::MemoryFile file(text);
    LineReader reader(file.descriptor(), before, block_bytes);
    std::vector<std::string> lines;
    while (reader.next() == LineReader::Step::line) {
        lines.emplace_back(reader.line());
        BOOST_TEST(reader.number() == lines.size());
    }
    BOOST_TEST(reader.bytes_done() == text.size() + before.size());
    BOOST_TEST((reader.next() == LineReader::Step::end));
    return lines;
}

BOOST_AUTO_TEST_SUITE(line_reader)

BOOST_AUTO_TEST_CASE(lines_are_the_same_whatever_the_blocks) {
    const std::vector<std::string> expected = {"a", "", "bc", "def"};
    for (std::size_t block_bytes = 1; block_bytes < 12; ++block_bytes) {
        BOOST_TEST((lines_of("a\n\r\nbc\ndef", block_bytes) == expected));
        BOOST_TEST((lines_of("\n\nbc\r\ndef\n", block_bytes, "a") == expected));
    }
}

BOOST_AUTO_TEST_CASE(nothing_holds_no_line) { BOOST_TEST(lines_of("", 8).empty()); }

BOOST_AUTO_TEST_CASE(line_without_end_is_not_read_for_ever) {
    const tokenstore::test::MemoryFile file(std::string(LineReader::line_bytes_max * 2, 'a'));
    LineReader reader(file.descriptor(), {}, 1 << 16);
    BOOST_TEST((reader.next() == LineReader::Step::too_long));
}

BOOST_AUTO_TEST_CASE(reading_that_fails_is_told_apart) {
    LineReader reader(-1, {}, 8);
    BOOST_TEST((reader.next() == LineReader::Step::failed));
    BOOST_TEST(reader.error_number() != 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
