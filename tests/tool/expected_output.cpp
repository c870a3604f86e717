#include "tool/expected_output.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <regex>

#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {

std::string settled(const std::string& output) {
    static const std::regex moment("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z");
    static const std::regex json_bytes("(bytes(_before)?\":)[0-9]+");
    static const std::regex shown_bytes("[0-9.]+ ([KMGT]i)?B\\b");
    static const std::regex process("(holder_pid\"?: *|process )[0-9]+");
    std::string text = std::regex_replace(output, moment, "MOMENT");
    text = std::regex_replace(text, json_bytes, "$1BYTES");
    text = std::regex_replace(text, shown_bytes, "BYTES");
    return std::regex_replace(text, process, "$1PID");
}

void check_output(const std::string& output, const std::string& file) {
    const std::filesystem::path path = std::filesystem::path(TOKENSTORE_EXPECTED_OUTPUT) / "store" / file;
    if (std::getenv("TOKENSTORE_WRITE_EXPECTED") != nullptr) write_text(path, output);
    const std::string expected = read_text(path);
    BOOST_TEST(output == expected, "differs from " << file << ":\n" << output << "expected:\n" << expected);
}

}  // namespace tokenstore::tool::test
