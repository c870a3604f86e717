#include "tool/tool_fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "support/plain_database.hpp"

namespace tokenstore::tool::test {
namespace {

std::vector<std::string> command(const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {TOKENSTORE_TOOL_PATH};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

const std::filesystem::path data_folder = TOKENSTORE_TEST_DATA;

}  // namespace

std::filesystem::path sample_csv() { return data_folder / "refresh_tokens_sample.csv"; }

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file.is_open(), "cannot open " << path);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    BOOST_REQUIRE(file.flush().good());
}

std::vector<std::string> csv_records(const std::string& text) {
    std::vector<std::string> records;
    std::istringstream lines(text);
    std::string record;
    for (std::string line; std::getline(lines, line);) {
        record += line + '\n';
        if (std::count(record.begin(), record.end(), '"') % 2 != 0) continue;
        records.push_back(record);
        record.clear();
    }
    BOOST_REQUIRE(record.empty());
    return records;
}

rapidjson::Document parse_json(const std::string& text) {
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    BOOST_REQUIRE_MESSAGE(!document.HasParseError(), "not JSON: " << text);
    return document;
}

std::vector<rapidjson::Document> parse_json_lines(const std::string& text) {
    std::vector<rapidjson::Document> documents;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) documents.push_back(parse_json(line));
    return documents;
}

std::string without_now(const std::string& text) {
    static const std::regex moment("the store as of [-0-9T:]+Z");
    return std::regex_replace(text, moment, "the store as of NOW");
}

rapidjson::Document sample_answers() {
    return parse_json(read_text(data_folder / "refresh_tokens_sample.answers.json"));
}

std::vector<RawTokenSample> sample_raw_tokens() {
    std::istringstream lines(read_text(data_folder / "raw_tokens_sample.tsv"));
    std::string header;
    std::getline(lines, header);
    std::vector<RawTokenSample> samples;
    for (RawTokenSample sample; lines >> sample.state >> sample.raw_token;) samples.push_back(sample);
    return samples;
}

Options keeping_everything() {
    Options options;
    options.reclaim_expired = false;
    options.maintenance_interval_ms = 0;
    return options;
}

Finished ToolFixture::tool(const std::vector<std::string>& arguments, const RunOptions& options) {
    return tokenstore::test::run_process(command(arguments), options);
}

Finished ToolFixture::tool_on_terminal(const std::vector<std::string>& arguments, const std::string& awaited,
                                       const std::string& typed) {
    return tokenstore::test::run_on_terminal(command(arguments), awaited, typed, {{"TERM", "dumb"}});
}

Finished ToolFixture::tool_in_colour(const std::vector<std::string>& arguments,
                                     std::map<std::string, std::string> environment) {
    environment.try_emplace("TERM", "xterm-256color");
    environment.try_emplace("NO_COLOR", "");
    return tokenstore::test::run_on_terminal(command(arguments), {}, {}, environment);
}

Finished ToolFixture::import_as_table(std::vector<std::string> arguments, const RunOptions& options) {
    arguments.insert(arguments.begin(), "import");
    arguments.insert(arguments.end(), {"--format", "table"});
    return tool(arguments, options);
}

void ToolFixture::import_sample() const {
    const Finished import = tool({"import", store().string(), sample_csv().string()});
    BOOST_REQUIRE_MESSAGE(import.exit_code == 0, import.errors);
}

void ToolFixture::spoil_tables(const char* family) const {
    const std::vector<std::string> files = tokenstore::test::PlainDatabase(store()).table_files(family);
    BOOST_REQUIRE(!files.empty());
    for (const std::string& file : files) {
        std::string bytes = read_text(store() / file);
        const std::size_t middle = bytes.size() / 2;
        for (std::size_t at = middle; at < middle + 64; ++at) bytes[at] = static_cast<char>(~bytes[at]);
        write_text(store() / file, bytes);
    }
}

std::filesystem::path ToolFixture::make_csv(const std::vector<std::string>& records) const {
    std::string text;
    for (const std::string& record : records) text += record;
    write_text(folder() / "FILE.csv", text);
    return folder() / "FILE.csv";
}

std::string ToolFixture::dump(const std::filesystem::path& store, const std::string& format) {
    Finished dump = tool({"dump", store.string(), "--format", format});
    BOOST_REQUIRE_MESSAGE(dump.exit_code == 0, dump.errors);
    return std::move(dump.output);
}

}  // namespace tokenstore::tool::test
