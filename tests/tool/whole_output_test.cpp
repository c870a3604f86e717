// Each verb's whole output, on standard output and standard error, compared with a file under expected/. Where a verb
// has changed on purpose, TOKENSTORE_WRITE_EXPECTED=1 writes the files anew; look at the difference before committing.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <ostream>
#include <regex>
#include <string>
#include <vector>

#include "tool/lived_in_store.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

enum class On { pipe, dumb_terminal, colour_terminal, colour_terminal_with_no_color };

struct Case {
    const char* name;  // of the file
    std::vector<std::string> arguments;
    On on = On::pipe;
};

std::ostream& operator<<(std::ostream& out, const Case& test) { return out << test.name; }

const std::string user = "26e4d89b-ea0d-4906-bdcf-763e0ba4adf4";
const std::string sample_hash = "0017d7a2bf5ba9ca772b2ffca791e896c4d64af7f24bba9bc01b8cdc55a14cea";
const std::string unknown_hash(64, '0');

std::string family(std::uint64_t number) { return to_string(tokenstore::test::make_family_id(number)); }
std::string hash(std::uint64_t number) { return to_hex(tokenstore::test::make_hash(number)); }

// SAMPLE, LIVED and such stand for what the fixture has made, AS_OF for the moment of the sample, UNTIL for that of the
// other store.
const std::vector<Case> cases = {
    {"help", {"--help"}},
    {"get_help", {"get", "--help"}},
    {"dump_help", {"dump", "--help"}},
    {"get_json", {"get", "SAMPLE", "--hash", sample_hash, "AS_OF"}},
    {"get_json_shown", {"get", "SAMPLE", "--hash", sample_hash, "--full-hash", "--show-ids", "AS_OF"}},
    {"get_table", {"get", "SAMPLE", "--hash", sample_hash, "--format", "table", "AS_OF"}},
    {"get_terminal", {"get", "SAMPLE", "--hash", sample_hash, "AS_OF"}, On::dumb_terminal},
    {"get_colour", {"get", "SAMPLE", "--hash", sample_hash, "AS_OF"}, On::colour_terminal},
    {"get_no_color", {"get", "SAMPLE", "--hash", sample_hash, "AS_OF"}, On::colour_terminal_with_no_color},
    {"get_unknown", {"get", "SAMPLE", "--hash", unknown_hash, "AS_OF"}},
    {"get_live", {"get", "LIVED", "--hash", hash(13), "--format", "table", "UNTIL"}},
    {"get_consumed", {"get", "LIVED", "--hash", hash(11), "--format", "table", "UNTIL"}},
    {"get_reused", {"get", "LIVED", "--hash", hash(22), "--format", "table", "UNTIL"}},
    {"get_hostile", {"get", "LIVED", "--hash", hash(50), "--show-ids", "--format", "table", "UNTIL"}},
    {"family_rotated", {"family", "LIVED", family(1), "--format", "table", "UNTIL"}},
    {"family_reused", {"family", "LIVED", family(2), "--format", "table", "--show-ids", "UNTIL"}},
    {"family_reused_colour", {"family", "LIVED", family(2), "UNTIL"}, On::colour_terminal},
    {"family_with_gap", {"family", "LIVED", family(3), "--format", "table", "UNTIL"}},
    {"family_revoked", {"family", "LIVED", family(4), "--format", "table", "--show-ids", "UNTIL"}},
    {"family_hostile", {"family", "LIVED", family(5), "--format", "table", "--show-ids", "UNTIL"}},
    {"family_limited", {"family", "LIVED", family(1), "--format", "table", "--limit", "2", "UNTIL"}},
    {"family_json", {"family", "LIVED", family(2), "UNTIL"}},
    {"family_unknown", {"family", "LIVED", family(9), "UNTIL"}},
    {"sessions_table", {"sessions", "SAMPLE", user, "--format", "table", "AS_OF"}},
    {"sessions_shown", {"sessions", "SAMPLE", user, "--format", "table", "--show-ids", "--full-hash", "AS_OF"}},
    {"sessions_page", {"sessions", "SAMPLE", user, "--format", "table", "--limit", "2", "AS_OF"}},
    {"sessions_json", {"sessions", "SAMPLE", user, "--limit", "2", "AS_OF"}},
    {"count_json", {"count", "SAMPLE", "AS_OF"}},
    {"count_table", {"count", "SAMPLE", "--format", "table", "AS_OF"}},
    {"count_by_state", {"count", "SAMPLE", "--by", "state", "AS_OF"}},
    {"count_by_state_colour", {"count", "SAMPLE", "--by", "state", "AS_OF"}, On::colour_terminal},
    {"count_by_state_no_color", {"count", "SAMPLE", "--by", "state", "AS_OF"}, On::colour_terminal_with_no_color},
    {"count_by_day", {"count", "SAMPLE", "--by", "day", "--format", "table", "AS_OF"}},
    {"count_by_device", {"count", "LIVED", "--by", "device", "--show-ids", "--format", "table", "UNTIL"}},
    {"count_by_device_hidden", {"count", "LIVED", "--by", "device", "UNTIL"}},
    {"count_by_user", {"count", "LIVED", "--by", "user", "UNTIL"}},
    {"top_table", {"top", "SAMPLE", "--limit", "3", "--format", "table", "AS_OF"}},
    {"top_json", {"top", "SAMPLE", "--limit", "2", "AS_OF"}},
    {"expiry_table", {"expiry", "SAMPLE", "--format", "table", "AS_OF"}},
    {"expiry_colour", {"expiry", "SAMPLE", "--buckets", "6", "AS_OF"}, On::colour_terminal},
    {"expiry_json", {"expiry", "SAMPLE", "--buckets", "3", "AS_OF"}},
    {"dump_jsonl", {"dump", "LIVED", "UNTIL"}},
    {"dump_sample", {"dump", "SAMPLE", "--sample", "3", "--state", "live", "--format", "csv", "AS_OF"}},
    {"dump_filtered",
     {"dump", "SAMPLE", "--expires-after", "2026-06-29T00:00:00Z", "--expires-before", "2026-06-29T12:00:00Z",
      "AS_OF"}},
    {"dump_of_user", {"dump", "SAMPLE", "--user", user, "--state", "live", "--format", "csv", "AS_OF"}},
    {"dump_of_family", {"dump", "LIVED", "--family", family(4), "UNTIL"}},
    {"dump_on_terminal", {"dump", "SAMPLE"}, On::dumb_terminal},
    {"diff_alike", {"diff", "SAMPLE", "DUMP"}},
    {"diff_table", {"diff", "LIVED", "PART", "--format", "table"}},
    {"diff_json", {"diff", "DUMP", "CHANGED"}},
    {"diff_colour", {"diff", "DUMP", "CHANGED"}, On::colour_terminal},
};

// Made once: the cases only read.
class Stores : public ToolFixture {
public:
    [[nodiscard]] static const Stores& shared() {
        static const Stores stores;
        return stores;
    }

    [[nodiscard]] std::vector<std::string> resolved(const std::vector<std::string>& arguments) const {
        std::vector<std::string> resolved;
        for (const std::string& argument : arguments) {
            if (argument == "AS_OF" || argument == "UNTIL") {
                resolved.insert(resolved.end(),
                                {"--as-of", argument == "AS_OF" ? std::string(as_of_text) : "2026-06-03T00:00:00Z"});
            } else {
                const auto path = paths_.find(argument);
                resolved.push_back(path == paths_.end() ? argument : path->second);
            }
        }
        return resolved;
    }

private:
    Stores() {
        import_sample();
        make_lived_in_store(folder() / "lived");
        const std::string sample = dump(store(), "csv");
        write_text(folder() / "DUMP", sample);
        write_text(folder() / "PART", tool({"dump", (folder() / "lived").string(), "--family", family(1)}).output);
        write_text(folder() / "CHANGED", changed(sample));
    }

    // The first token is gone, the second has ended, and there is one with another hash.
    static std::string changed(const std::string& csv) {
        std::vector<std::string> records = csv_records(csv);
        records.erase(records.begin() + 1);
        records[1] = std::regex_replace(records[1], std::regex(R"(,(t|f),([^,]*)\n$)"), ",t,2026-06-01 00:00:00+00\n");
        std::string copied = records.back();
        copied = std::regex_replace(copied, std::regex("[0-9a-f]{64}"), std::string(64, 'f'));
        records.push_back(copied);
        std::string text;
        for (const std::string& record : records) text += record;
        return text;
    }

    std::map<std::string, std::string> paths_ = {{"SAMPLE", store().string()},
                                                 {"LIVED", (folder() / "lived").string()},
                                                 {"DUMP", (folder() / "DUMP").string()},
                                                 {"PART", (folder() / "PART").string()},
                                                 {"CHANGED", (folder() / "CHANGED").string()}};
};

Finished run(const Case& test) {
    const std::vector<std::string> arguments = Stores::shared().resolved(test.arguments);
    switch (test.on) {
        case On::pipe:
            return ToolFixture::tool(arguments);
        case On::dumb_terminal:
            return ToolFixture::tool_on_terminal(arguments);
        case On::colour_terminal:
            return ToolFixture::tool_in_colour(arguments);
        case On::colour_terminal_with_no_color:
            return ToolFixture::tool_in_colour(arguments, {{"NO_COLOR", "1"}});
    }
    return {};
}

// The ids that the library draws for tokens differ from run to run.
std::string without_drawn_ids(const std::string& text) {
    static const std::regex drawn(R"re("(id|chain_id)":"[-0-9a-f]{36}")re");
    static const std::regex drawn_in_table(R"re(\b((?:chain_)?id): ( *)[-0-9a-f]{36})re");
    return std::regex_replace(std::regex_replace(text, drawn, "\"$1\":\"ID\""), drawn_in_table, "$1: $2ID");
}

std::string whole_output(const Case& test) {
    const Finished finished = run(test);
    const bool draws_ids = std::ranges::find(test.arguments, "LIVED") != test.arguments.end();
    const std::string text = "exit code " + std::to_string(finished.exit_code) + "\n--- standard output\n" +
                             finished.output + "--- standard error\n" + without_now(finished.errors);
    return without_now(draws_ids ? without_drawn_ids(text) : text);
}

BOOST_AUTO_TEST_SUITE(whole_output_of_each_verb)

BOOST_DATA_TEST_CASE(is_as_it_was_pinned, cases, test) {
    const std::filesystem::path file =
        std::filesystem::path(TOKENSTORE_EXPECTED_OUTPUT) / (std::string(test.name) + ".txt");
    const std::string output = whole_output(test);
    if (std::getenv("TOKENSTORE_WRITE_EXPECTED") != nullptr) write_text(file, output);
    BOOST_TEST(output == read_text(file));
}

BOOST_AUTO_TEST_CASE(has_no_file_that_no_case_compares) {
    for (const auto& entry : std::filesystem::directory_iterator(TOKENSTORE_EXPECTED_OUTPUT)) {
        if (entry.path().extension() != ".txt") continue;
        const std::string name = entry.path().stem().string();
        BOOST_TEST(std::ranges::any_of(cases, [&name](const Case& test) { return test.name == name; }), name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
