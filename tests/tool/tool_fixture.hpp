// What the tests of the built tool share: a folder, the sample, and the tool itself.
#pragma once

#include <rapidjson/document.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/options.hpp>

#include "support/run_process.hpp"
#include "support/temporary_directory.hpp"

namespace tokenstore::tool::test {

using tokenstore::test::Finished;
using tokenstore::test::RunOptions;

inline constexpr std::string_view as_of_text = "2026-06-01T00:00:00Z";  // the moment of the sample's answers
inline constexpr std::string_view busiest_user = "26e4d89b-ea0d-4906-bdcf-763e0ba4adf4";

[[nodiscard]] std::filesystem::path sample_csv();
[[nodiscard]] std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, std::string_view text);

/// The header and the records of a CSV text as their bytes; a line break inside quotes ends no record.
[[nodiscard]] std::vector<std::string> csv_records(const std::string& text);

[[nodiscard]] rapidjson::Document parse_json(const std::string& text);

/// One document a line.
[[nodiscard]] std::vector<rapidjson::Document> parse_json_lines(const std::string& text);

/// Without what changes from run to run: the moment that the store was opened at becomes NOW.
[[nodiscard]] std::string without_now(const std::string& text);

/// What the origin's SQL answers about the sample.
[[nodiscard]] rapidjson::Document sample_answers();

struct RawTokenSample {
    std::string state;
    std::string raw_token;
};

[[nodiscard]] std::vector<RawTokenSample> sample_raw_tokens();

/// Options with which a test may open a store that the tool made, without anything being reclaimed from it.
[[nodiscard]] Options keeping_everything();

class ToolFixture {
public:
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path store() const { return folder_.path() / "store"; }

    /// Runs the tool with these arguments; on a terminal, on one without colours.
    [[nodiscard]] static Finished tool(const std::vector<std::string>& arguments, const RunOptions& options = {});
    [[nodiscard]] static Finished tool_on_terminal(const std::vector<std::string>& arguments,
                                                   const std::string& awaited = {}, const std::string& typed = {});
    /// On a terminal that knows colours.
    [[nodiscard]] static Finished tool_in_colour(const std::vector<std::string>& arguments,
                                                 std::map<std::string, std::string> environment = {});

    /// tokenstore import with these arguments, and its summary as people see it.
    [[nodiscard]] static Finished import_as_table(std::vector<std::string> arguments, const RunOptions& options = {});

    /// Makes store() from the sample.
    void import_sample() const;

    /// Spoils a block in the middle of each table file of a column family.
    void spoil_tables(const char* family) const;

    /// Writes FILE.csv into the folder, from records as csv_records() gives them.
    [[nodiscard]] std::filesystem::path make_csv(const std::vector<std::string>& records) const;

    /// The whole store in the given format.
    [[nodiscard]] static std::string dump(const std::filesystem::path& store, const std::string& format);

private:
    tokenstore::test::TemporaryDirectory folder_;
};

}  // namespace tokenstore::tool::test
