// Bad rows: each is named with its line and column; by default nothing is stored, on request all the others are.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

namespace fs = std::filesystem;

const std::string good_hash(64, 'c');

// A row by its fields, as they stand in the file.
struct Row {
    std::string id = "019db28b-8e1b-7095-8647-b45183dc32ab";
    std::string created_at = "2026-04-22 00:16:23.57905+00";
    std::string updated_at;
    std::string token_hash = good_hash;
    std::string user_id = "b30c35ee-e001-4c95-b03d-dfbc69d455e4";
    std::string family_id = "019db28b-8e1b-7ad7-9eb9-218af6aff4c3";
    std::string device_id;
    std::string device_name = "\"a name\non two lines\"";
    std::string ip_address;
    std::string expires_at = "2026-05-22 00:16:23+00";
    std::string is_revoked = "f";
    std::string revoked_at;

    [[nodiscard]] std::string text() const {
        std::string text;
        for (const std::string* field : {&id, &created_at, &updated_at, &token_hash, &user_id, &family_id, &device_id,
                                         &device_name, &ip_address, &expires_at, &is_revoked}) {
            text += *field + ',';
        }
        return text + revoked_at + '\n';
    }
};

// Row number i of the good ones: a user and family of its own.
Row good_row(int number) {
    Row row;
    const std::string digits = std::to_string(1000 + number);
    for (std::string* field : {&row.id, &row.user_id, &row.family_id, &row.token_hash}) {
        std::copy(digits.begin(), digits.end(), field->begin());
    }
    return row;
}

std::vector<std::string> file_around(const std::string& bad_row) {
    return {csv_records(read_text(sample_csv())).front(), good_row(1).text(), good_row(2).text(), bad_row,
            good_row(3).text()};
}

// The header is line 1, and each good row takes two lines.
constexpr std::string_view bad_line = "6";

struct BadRow {
    const char* name;
    const char* column;
    std::string text;
};

std::ostream& operator<<(std::ostream& out, const BadRow& row) { return out << row.name; }

// The row with one field replaced. A test of its own shows that the row as it stands is good.
BadRow bad(const char* name, const char* column, std::string Row::*field, std::string value) {
    Row row;
    row.*field = std::move(value);
    return {name, column, row.text()};
}

Row with_other_expiry(Row row) {
    row.expires_at = "2026-05-23 00:16:23+00";
    return row;
}

Row with_other_hash(Row row) {
    row.token_hash = good_hash;
    return row;
}

const std::vector<BadRow> bad_rows = {
    bad("id is no uuid", "id", &Row::id, "17"),
    bad("id is NULL", "id", &Row::id, ""),
    bad("creation is no time", "created_at", &Row::created_at, "yesterday"),
    bad("creation has no offset", "created_at", &Row::created_at, "2026-04-22 00:16:23"),
    bad("update is no time", "updated_at", &Row::updated_at, "\"\""),
    bad("hash is too short", "token_hash", &Row::token_hash, std::string(63, 'c')),
    bad("hash is no hex", "token_hash", &Row::token_hash, std::string(64, 'g')),
    bad("user is no uuid", "user_id", &Row::user_id, "b30c35ee-e001-4c95-b03d-dfbc69d455ex"),
    bad("family is NULL", "family_id", &Row::family_id, ""),
    bad("device id is too long", "device_id", &Row::device_id, std::string(256, 'd')),
    bad("device id is not UTF-8", "device_id", &Row::device_id, "\xff"),
    bad("device name is not UTF-8", "device_name", &Row::device_name, "B\xfcro"),
    bad("device name has 101 characters", "device_name", &Row::device_name, std::string(101, 'n')),
    bad("address is malformed", "ip_address", &Row::ip_address, "300.1.2.3"),
    bad("address is the empty string", "ip_address", &Row::ip_address, "\"\""),
    bad("expiry is infinite", "expires_at", &Row::expires_at, "infinity"),
    bad("expiry is far in the future", "expires_at", &Row::expires_at, "9999-01-01 00:00:00+00"),
    bad("flag is a word", "is_revoked", &Row::is_revoked, "true"),
    bad("end is no day", "revoked_at", &Row::revoked_at, "2026-02-30 00:00:00+00"),
    bad("there is a field too many", "13", &Row::revoked_at, ","),
    {"a field is missing", "revoked_at", "019db28b-8e1b-7095-8647-b45183dc32ab,,,,,,,,,,\n"},
    {"there is one field", "created_at", "019db28b-8e1b-7095-8647-b45183dc32ab\n"},
    bad("hash is another user's", "token_hash", &Row::token_hash, good_row(1).token_hash),
    {"hash is stored with another expiry", "token_hash", with_other_expiry(good_row(1)).text()},
    {"id is another token's of the family", "id", with_other_hash(good_row(1)).text()},
    bad("family is another user's", "family_id", &Row::family_id, good_row(1).family_id),
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

BOOST_FIXTURE_TEST_SUITE(import_bad_rows, ToolFixture)

BOOST_DATA_TEST_CASE_F(ToolFixture, stop_names_it_and_stores_nothing, bad_rows, row) {
    const std::string file = make_csv(file_around(row.text)).string();
    const Finished import = import_as_table({store().string(), file});
    BOOST_TEST(import.exit_code == 2);
    BOOST_TEST(import.output.empty());
    const std::vector<std::string> errors = lines_of(import.errors);
    BOOST_REQUIRE(errors.size() == 2U);
    BOOST_TEST(errors[0].starts_with(file + ":" + std::string(bad_line) + ": column " + row.column + ": "), errors[0]);
    BOOST_TEST(errors[1] == "tokenstore: nothing was stored");
    BOOST_TEST(!fs::exists(store()));
}

BOOST_DATA_TEST_CASE_F(ToolFixture, skip_names_it_and_stores_the_others, bad_rows, row) {
    const std::string file = make_csv(file_around(row.text)).string();
    const Finished import = import_as_table({store().string(), file, "--on-error", "skip"});
    BOOST_TEST(import.exit_code == 2);
    const std::vector<std::string> errors = lines_of(import.errors);
    BOOST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(errors[0].starts_with(file + ":" + std::string(bad_line) + ": column " + row.column + ": "), errors[0]);
    BOOST_TEST(contains(import.output, "rows read  4\nstored     3\n"));
    BOOST_TEST(contains(import.output, "refused    1\n"));
    const std::string dumped = dump(store(), "csv");
    for (const int number : {1, 2, 3}) BOOST_TEST(contains(dumped, good_row(number).text()));
}

BOOST_AUTO_TEST_CASE(stop_leaves_an_older_store_as_it_was) {
    import_sample();
    const std::string before = dump(store(), "csv");
    for (std::size_t i = 0; i < bad_rows.size(); i += 8) {  // the kind of fault makes no difference here
        const BadRow& row = bad_rows[i];
        BOOST_TEST(import_as_table({store().string(), make_csv(file_around(row.text)).string()}).exit_code == 2, row);
    }
    BOOST_TEST((dump(store(), "csv") == before));
}

BOOST_AUTO_TEST_CASE(row_that_the_bad_ones_are_made_of_is_good) {
    const Finished import = import_as_table({store().string(), make_csv(file_around(Row().text())).string()});
    BOOST_TEST(import.exit_code == 0);
    BOOST_TEST(contains(import.output, "stored     4\n"));
}

BOOST_AUTO_TEST_CASE(complaint_never_repeats_what_stands_in_the_file) {
    const std::string raw_token = sample_raw_tokens().front().raw_token;
    const BadRow row = bad("a raw token for a hash", "token_hash", &Row::token_hash, raw_token);
    const Finished import = import_as_table({store().string(), make_csv(file_around(row.text)).string()});
    BOOST_TEST(import.exit_code == 2);
    BOOST_TEST(!contains(import.errors, raw_token));
}

BOOST_AUTO_TEST_CASE(only_the_first_bad_row_is_named_in_stop_mode) {
    std::vector<std::string> records = file_around("bad\n");
    records.emplace_back("bad too\n");
    const Finished import = import_as_table({store().string(), make_csv(records).string()});
    BOOST_TEST(lines_of(import.errors).size() == 2U);
    BOOST_TEST(contains(import.errors, ":6: "));
}

BOOST_AUTO_TEST_CASE(refusal_by_the_store_comes_before_a_later_bad_row) {
    Row row = good_row(1);
    row.user_id = good_row(2).user_id;
    std::vector<std::string> records = file_around(row.text());
    records.emplace_back("bad\n");
    const std::string file = make_csv(records).string();
    const Finished stopped = import_as_table({store().string(), file});
    BOOST_TEST(contains(stopped.errors, ":6: column token_hash: "), stopped.errors);
    BOOST_TEST(!contains(stopped.errors, ":10: "));
    const Finished skipped = import_as_table({store().string(), file, "--on-error", "skip"});
    BOOST_REQUIRE(contains(skipped.errors, ":10: "));
    BOOST_TEST(skipped.errors.find(":6: ") < skipped.errors.find(":10: "));
}

BOOST_AUTO_TEST_CASE(many_bad_rows_are_counted_after_the_first_twenty) {
    std::vector<std::string> records = file_around("bad\n");
    for (int i = 1; i < 100; ++i) records.emplace_back("bad\n");
    const Finished import = import_as_table({store().string(), make_csv(records).string(), "--on-error", "skip"});
    BOOST_TEST(import.exit_code == 2);
    const std::vector<std::string> errors = lines_of(import.errors);
    BOOST_TEST(errors.size() == 21U);
    BOOST_TEST(errors.back() == "tokenstore: 80 more problems are not shown");
    BOOST_TEST(contains(import.output, "stored     3\n"));
    BOOST_TEST(contains(import.output, "refused    100\n"));
}

BOOST_AUTO_TEST_CASE(quote_that_is_never_closed_ends_the_reading) {
    const BadRow row = bad("an open quote", "device_name", &Row::device_name, "\"open");
    const std::string file = make_csv(file_around(row.text)).string();
    const Finished stopped = import_as_table({store().string(), file});
    BOOST_TEST(stopped.exit_code == 2);
    BOOST_TEST(contains(stopped.errors, file + ":6: column device_name: "), stopped.errors);
    BOOST_TEST(!fs::exists(store()));

    const Finished skipped = import_as_table({store().string(), file, "--on-error", "skip"});
    BOOST_TEST(skipped.exit_code == 2);
    BOOST_TEST(contains(skipped.errors, file + ":6: column device_name: "), skipped.errors);
    BOOST_TEST(contains(skipped.errors, "tokenstore: the rest of the file was not read\n"));
    BOOST_TEST(contains(skipped.output, "stored     2\n"));
    const std::string dumped = dump(store(), "csv");
    for (const int number : {1, 2}) BOOST_TEST(contains(dumped, good_row(number).text()));
}

BOOST_AUTO_TEST_CASE(quote_in_a_bare_field_ends_the_reading) {
    const BadRow row = bad("a quote in a bare field", "device_id", &Row::device_id, "13\" screen");
    const Finished import =
        import_as_table({store().string(), make_csv(file_around(row.text)).string(), "--on-error", "skip"});
    BOOST_TEST(import.exit_code == 2);
    BOOST_TEST(contains(import.errors, ":6: column device_id: "), import.errors);
    BOOST_TEST(contains(import.output, "stored     2\n"));
}

BOOST_AUTO_TEST_CASE(row_that_contradicts_the_store_stops_the_import) {
    BOOST_REQUIRE(import_as_table({store().string(), make_csv(file_around("")).string()}).exit_code == 0);
    const std::string before = dump(store(), "csv");
    const Row row = with_other_expiry(good_row(3));
    const std::vector<std::string> records = {csv_records(read_text(sample_csv())).front(), good_row(4).text(),
                                              row.text()};
    const Finished import = import_as_table({store().string(), make_csv(records).string()});
    BOOST_TEST(import.exit_code == 2);
    BOOST_TEST(contains(import.errors, ":4: column token_hash: "), import.errors);
    BOOST_TEST((dump(store(), "csv") == before));
}

// What no look-up by hash would find: the family's owner and the ids in the store.
BOOST_AUTO_TEST_CASE(family_of_another_user_and_taken_id_in_the_store_stop_the_import) {
    const std::string header = csv_records(read_text(sample_csv())).front();
    BOOST_REQUIRE(import_as_table({store().string(), make_csv({header, good_row(1).text()}).string()}).exit_code == 0);
    const std::string before = dump(store(), "csv");
    Row of_another_user = good_row(2);
    of_another_user.family_id = good_row(1).family_id;
    Row with_taken_id = good_row(2);
    with_taken_id.id = good_row(1).id;
    with_taken_id.user_id = good_row(1).user_id;
    for (const auto& [row, column] : {std::pair(of_another_user, "family_id"), std::pair(with_taken_id, "id")}) {
        const std::string file = make_csv({header, good_row(3).text(), row.text()}).string();
        const Finished import = import_as_table({store().string(), file});
        BOOST_TEST(import.exit_code == 2);
        BOOST_TEST(contains(import.errors, file + ":4: column " + column + ": "), import.errors);
        BOOST_TEST(import.errors.ends_with("tokenstore: nothing was stored\n"), import.errors);
        BOOST_TEST((dump(store(), "csv") == before));
    }
}

BOOST_AUTO_TEST_CASE(file_of_another_kind_is_refused_in_both_modes) {
    for (const char* text : {"", "\n", "id,created_at\n", "state_at_2026-06-01\traw_token\n", "\"id"}) {
        for (const char* on_error : {"stop", "skip"}) {
            write_text(folder() / "FILE.csv", text);
            const Finished import =
                import_as_table({store().string(), (folder() / "FILE.csv").string(), "--on-error", on_error});
            BOOST_TEST(import.exit_code == 2);
            BOOST_TEST(contains(import.errors, "FILE.csv:1: "), import.errors);
            BOOST_TEST(contains(import.errors, "tokenstore: nothing was stored\n"));
            BOOST_TEST(!fs::exists(store()));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
