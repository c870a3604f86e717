// Importing: what is told, what is stored, what is left alone.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The third column from the right says whether the row is revoked; both marks are found by their commas.
std::string revoked_now(std::string record) {
    const std::size_t at = record.rfind(",f,\n");
    BOOST_REQUIRE(at != std::string::npos);
    return record.replace(at, 4, ",t,2026-05-31 00:00:00+00\n");
}

std::vector<std::string> first_live_records(std::size_t count) {
    std::vector<std::string> all = csv_records(read_text(sample_csv()));
    std::vector<std::string> records = {all.front()};
    for (const std::string& record : all) {
        if (record.ends_with(",f,\n") && records.size() <= count) records.push_back(record);
    }
    return records;
}

BOOST_FIXTURE_TEST_SUITE(import, ToolFixture)

BOOST_AUTO_TEST_CASE(rows_are_counted) {
    const Finished import = import_as_table({store().string(), sample_csv().string()});
    const std::string rows = std::to_string(sample_answers()["tokens"].GetUint64());
    BOOST_TEST(import.exit_code == 0);
    BOOST_TEST(import.errors.empty());
    BOOST_TEST(import.output == "rows read  " + rows + "\nstored     " + rows +
                                    "\nunchanged  0\nrevoked    0\nkept       0\nrefused    0\n");
}

BOOST_AUTO_TEST_CASE(summary_in_a_pipe_is_a_line_of_json) {
    const Finished import = tool({"import", store().string(), sample_csv().string()});
    BOOST_TEST(import.output ==
               "{\"rows_read\":1002,\"stored\":1002,\"unchanged\":0,\"revoked\":0,\"kept\":0,\"refused\":0}\n");
}

BOOST_AUTO_TEST_CASE(again_changes_nothing_and_says_so) {
    import_sample();
    const std::string before = dump(store(), "csv");
    for (const char* on_error : {"stop", "skip"}) {
        const Finished again = import_as_table({store().string(), sample_csv().string(), "--on-error", on_error});
        BOOST_TEST(again.exit_code == 0);
        BOOST_TEST(contains(again.output, "stored     0\n"));
        BOOST_TEST(contains(again.output, "nothing changed: all 1002 rows were stored before\n"));
    }
    BOOST_TEST((dump(store(), "csv") == before));
}

BOOST_AUTO_TEST_CASE(file_may_be_a_pipe) {
    RunOptions options;
    options.input = read_text(sample_csv());
    for (const char* on_error : {"stop", "skip"}) {
        const fs::path made = folder() / on_error;
        const Finished import = import_as_table({made.string(), "/dev/stdin", "--on-error", on_error}, options);
        BOOST_TEST(import.exit_code == 0);
        BOOST_TEST(contains(import.output, "stored     1002\n"));
    }
    BOOST_TEST((dump(folder() / "stop", "csv") == dump(folder() / "skip", "csv")));
}

BOOST_AUTO_TEST_CASE(header_alone_makes_an_empty_store) {
    const fs::path file = make_csv({csv_records(read_text(sample_csv())).front()});
    const Finished import = import_as_table({store().string(), file.string()});
    BOOST_TEST(import.exit_code == 0);
    BOOST_TEST(contains(import.output, "rows read  0\n"));
    BOOST_TEST(!contains(import.output, "nothing changed"));
    BOOST_TEST(contains(tool({"count", store().string()}).output, "\"tokens\":0"));
}

BOOST_AUTO_TEST_CASE(row_that_says_revoked_revokes_what_is_stored) {
    std::vector<std::string> records = first_live_records(5);
    BOOST_REQUIRE(import_as_table({store().string(), make_csv(records).string()}).exit_code == 0);
    records[2] = revoked_now(records[2]);
    const Finished import = import_as_table({store().string(), make_csv(records).string()});
    BOOST_TEST(import.exit_code == 0);
    BOOST_TEST(contains(import.output, "unchanged  4\nrevoked    1"));
    BOOST_TEST(contains(dump(store(), "csv"), records[2]));
}

BOOST_AUTO_TEST_CASE(row_that_would_revive_a_token_is_not_followed) {
    std::vector<std::string> live = first_live_records(5);
    std::vector<std::string> records = live;
    records[2] = revoked_now(records[2]);
    BOOST_REQUIRE(import_as_table({store().string(), make_csv(records).string()}).exit_code == 0);
    const Finished import = import_as_table({store().string(), make_csv(live).string()});
    BOOST_TEST(import.exit_code == 0);
    BOOST_TEST(contains(import.output, "kept       1"));
    BOOST_TEST(!contains(import.output, "nothing changed"));
    BOOST_TEST(contains(dump(store(), "csv"), records[2]));
}

// As after a restore with a fence: the row says live, and the end of its user outweighs it.
BOOST_AUTO_TEST_CASE(row_that_would_revive_the_tokens_of_an_ended_user_is_not_followed) {
    import_sample();
    BOOST_REQUIRE(tool({"admin", "revoke", store().string(), "--user", std::string(busiest_user), "--yes"}).exit_code ==
                  0);
    const std::string before = dump(store(), "csv");
    std::uint64_t live_rows = 0;
    for (const std::string& record : csv_records(read_text(sample_csv()))) {
        if (contains(record, std::string(busiest_user)) && contains(record, ",f,")) ++live_rows;
    }
    BOOST_REQUIRE(live_rows > 0U);
    const Finished import = import_as_table({store().string(), sample_csv().string()});
    BOOST_TEST(import.exit_code == 0);
    BOOST_TEST(contains(import.output, "unchanged  " + std::to_string(1002 - live_rows) + "\n"), import.output);
    BOOST_TEST(contains(import.output, "kept       " + std::to_string(live_rows) + "  (ended in the store"),
               import.output);
    BOOST_TEST(dump(store(), "csv") == before);
}

BOOST_AUTO_TEST_CASE(store_held_by_another_process_is_named_and_left_alone) {
    import_sample();
    const std::string before = dump(store(), "csv");
    {
        const Result<TokenStore> held = TokenStore::open(store(), keeping_everything());
        BOOST_REQUIRE(held.has_value());
        for (const char* on_error : {"stop", "skip"}) {
            const Finished import = import_as_table({store().string(), sample_csv().string(), "--on-error", on_error});
            BOOST_TEST(import.exit_code == 4);
            BOOST_TEST(contains(import.errors, std::to_string(::getpid())), import.errors);
            BOOST_TEST(import.output.empty());
        }
        BOOST_TEST(tool({"count", store().string()}).exit_code == 0);  // looking is allowed
    }
    BOOST_TEST((dump(store(), "csv") == before));
}

BOOST_AUTO_TEST_CASE(unreadable_file_fails_and_makes_no_store) {
    for (const fs::path& file : {folder() / "missing.csv", folder()}) {
        const Finished import = import_as_table({store().string(), file.string()});
        BOOST_TEST(import.exit_code == 6);
        BOOST_TEST(import.errors.starts_with("tokenstore: io_error: "));
        BOOST_TEST(!fs::exists(store()));
    }
}

BOOST_AUTO_TEST_CASE(foreign_directory_is_left_untouched) {
    write_text(folder() / "notes.txt", "not a store");
    const Finished import = import_as_table({folder().string(), sample_csv().string()});
    BOOST_TEST(import.exit_code == 6);
    BOOST_TEST(contains(import.errors, "not_a_store"));
    BOOST_TEST(read_text(folder() / "notes.txt") == "not a store");
}

BOOST_AUTO_TEST_CASE(row_that_expires_too_far_ahead_is_refused_unless_allowed) {
    std::vector<std::string> records = first_live_records(1);
    const std::size_t at = records[1].rfind("+00,f,");
    const std::size_t begin = records[1].rfind(',', at - 1) + 1;
    records[1].replace(begin, at - begin, "2090-01-01 00:00:00");
    const std::string file = make_csv(records).string();
    const Finished refused = import_as_table({store().string(), file});
    BOOST_TEST(refused.exit_code == 2);
    BOOST_TEST(contains(refused.errors, ":2: column expires_at: "));
    BOOST_TEST(!fs::exists(store()));
    BOOST_TEST(import_as_table({store().string(), file, "--longest-lifetime", "36500"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(no_temporary_file_stays_behind) {
    const fs::path temporary = folder() / "temporary";
    fs::create_directory(temporary);
    RunOptions options;
    options.environment["TMPDIR"] = temporary.string();
    options.input = read_text(sample_csv());
    BOOST_TEST(import_as_table({store().string(), "/dev/stdin"}, options).exit_code == 0);
    BOOST_TEST(fs::is_empty(temporary));
    options.input += "a bad row\n";
    BOOST_TEST(import_as_table({store().string(), "/dev/stdin"}, options).exit_code == 2);
    BOOST_TEST(fs::is_empty(temporary));
    BOOST_TEST(tool({"count", store().string()}, options).exit_code == 0);
    BOOST_TEST(fs::is_empty(temporary));
}

BOOST_AUTO_TEST_CASE(memory_does_not_grow_with_the_file) {
    const std::string sample = read_text(sample_csv());
    RunOptions small;
    small.input = sample;
    RunOptions large = small;
    const std::string rows = sample.substr(csv_records(sample).front().size());
    for (int i = 0; i < 100; ++i) large.input += rows;  // about 30 MB
    const auto import = [&](const char* name, const RunOptions& options) {
        const Finished done =
            import_as_table({(folder() / name).string(), "/dev/stdin", "--on-error", "skip"}, options);
        BOOST_REQUIRE(done.exit_code == 0);
        return done.peak_memory_kib;
    };
    const long once_kib = import("once", small);
    const long a_hundred_times_kib = import("a hundred times", large);
    BOOST_TEST(a_hundred_times_kib - once_kib < 8 * 1024);
}

BOOST_AUTO_TEST_CASE(interrupted_import_says_so_and_can_be_done_again) {
    const fs::path pipe = folder() / "pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const int writer = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
    BOOST_REQUIRE(writer >= 0);
    std::string rows;
    for (const std::string& record : first_live_records(20)) rows += record;
    BOOST_REQUIRE(::write(writer, rows.data(), rows.size()) == static_cast<ssize_t>(rows.size()));
    // The pipe stays open: the import waits for more, until it is interrupted.
    const Finished import =
        tool_on_terminal({"import", store().string(), pipe.string(), "--on-error", "skip"}, "storing", "\x03");
    ::close(writer);
    BOOST_TEST(import.exit_code == 128 + SIGINT);
    BOOST_TEST(contains(import.output, "interrupted"), import.output);
    const Finished again = import_as_table({store().string(), sample_csv().string()});
    BOOST_TEST(again.exit_code == 0);
    BOOST_TEST(contains(again.output, "refused    0\n"));
}

BOOST_AUTO_TEST_CASE(terminal_shows_progress_and_then_only_the_summary) {
    const Finished import = tool_on_terminal({"import", store().string(), sample_csv().string()});
    BOOST_TEST(import.exit_code == 0);
    BOOST_TEST(contains(import.output, "\r\x1b[Kchecking  "));
    BOOST_TEST(contains(import.output, "\r\x1b[Kstoring  "));
    const std::size_t last_erased = import.output.rfind("\x1b[K");
    BOOST_TEST(import.output.substr(last_erased + 3).starts_with("rows read  1002\nstored     1002\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
