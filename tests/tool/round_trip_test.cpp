// What goes in comes out again: the rows of a file to the letter, and a dump's bytes.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tokenstore/token_store.hpp>

#include "format/origin_row.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

// Sorted, the header in its place.
std::vector<std::string> sorted_records(const std::string& csv) {
    std::vector<std::string> records = csv_records(csv);
    std::sort(records.begin() + 1, records.end());
    return records;
}

// A store made of a dump in one format gives the same dump in the other.
void check_dump_import_dump(const ToolFixture& fixture, const std::string& format, const std::string& compared) {
    const std::filesystem::path second_store = fixture.folder() / ("second " + format + compared);
    RunOptions options;
    options.input = ToolFixture::dump(fixture.store(), format);
    const Finished import = ToolFixture::tool({"import", second_store.string(), "-"}, options);
    BOOST_REQUIRE_MESSAGE(import.exit_code == 0, import.errors);
    BOOST_TEST((ToolFixture::dump(second_store, compared) == ToolFixture::dump(fixture.store(), compared)));
}

// A store that was lived in: tokens in every state the origin's table does not know.
void make_store_in_every_state(const std::filesystem::path& directory) {
    Result<TokenStore> store = TokenStore::open(directory, keeping_everything());
    BOOST_REQUIRE(store.has_value());
    const std::int64_t now_us = system_clock().wall_us();
    const auto new_hash = [] { return hash_token(*generate_token()); };
    for (int user_number = 0; user_number < 4; ++user_number) {
        const UserId user = *generate_id<UserId>(now_us);
        for (int family_number = 0; family_number < 3; ++family_number) {
            const FamilyId family = *generate_id<FamilyId>(now_us);
            TokenHash tip = new_hash();
            BOOST_REQUIRE(store
                              ->create_token({.hash = tip,
                                              .user_id = user,
                                              .family_id = family,
                                              .expires_at_us = now_us + 3600LL * 1'000'000,
                                              .device_id = "",
                                              .device_name = "a \"quoted\",\nbroken name",
                                              .ip_address = "2001:db8::1"})
                              .has_value());
            for (int rotation = 0; rotation < family_number; ++rotation) {
                const TokenHash next = new_hash();
                const Successor successor{.hash = next,
                                          .expires_at_us = now_us + 7200LL * 1'000'000,
                                          .device_id = std::nullopt,
                                          .device_name = std::nullopt,
                                          .ip_address = std::nullopt};
                BOOST_REQUIRE(store->rotate_token(tip, successor).has_value());
                tip = next;
            }
            if (user_number == 1 && family_number == 1) BOOST_REQUIRE(store->revoke_token(tip).has_value());
            if (user_number == 2) BOOST_REQUIRE(store->revoke_family(family).has_value());
        }
        if (user_number == 3) BOOST_REQUIRE(store->revoke_all_user_tokens(user).has_value());
    }
    BOOST_REQUIRE(store->close().has_value());
}

BOOST_FIXTURE_TEST_SUITE(round_trip, ToolFixture)

BOOST_AUTO_TEST_CASE(imported_rows_come_back_to_the_letter) {
    import_sample();
    BOOST_TEST((sorted_records(dump(store(), "csv")) == sorted_records(read_text(sample_csv()))));
}

BOOST_AUTO_TEST_CASE(dump_imported_elsewhere_dumps_the_same_bytes) {
    import_sample();
    for (const char* format : {"csv", "jsonl"}) {
        for (const char* compared : {"csv", "jsonl"}) check_dump_import_dump(*this, format, compared);
    }
}

BOOST_AUTO_TEST_CASE(dump_of_a_store_that_was_lived_in_dumps_the_same_bytes) {
    make_store_in_every_state(store());
    for (const char* format : {"csv", "jsonl"}) check_dump_import_dump(*this, format, "csv");
}

BOOST_AUTO_TEST_CASE(file_that_dump_writes_is_private_checksummed_and_whole) {
    import_sample();
    namespace fs = std::filesystem;
    for (const std::string format : {"csv", "jsonl"}) {
        const fs::path file = folder() / ("a b\\." + format);
        const Finished dumped = tool({"dump", store().string(), "--format", format, "--out", file.string()});
        BOOST_TEST(dumped.exit_code == 0, dumped.errors);
        BOOST_TEST(dumped.output.empty());
        BOOST_TEST((read_text(file) == dump(store(), format)));
        for (const fs::path& path : {file, fs::path(file.string() + ".sha256")}) {
            BOOST_TEST((fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
        }
        const Finished checked = tokenstore::test::run_process(
            {"/bin/sh", "-c", "cd \"$0\" && sha256sum --check --status *.sha256", folder().string()});
        BOOST_TEST(checked.exit_code == 0, checked.errors);
        BOOST_TEST(tool({"dump", store().string(), "--out", file.string()}).exit_code == 6);  // nothing is overwritten
        const std::string imported = (folder() / ("of " + format)).string();
        BOOST_TEST(tool({"import", imported, file.string()}).exit_code == 0);
        BOOST_TEST((dump(imported, format) == read_text(file)));
    }
}

// A new dump beside the checksum of an older one is one that nobody can import.
BOOST_AUTO_TEST_CASE(dump_writes_nothing_where_its_file_or_its_checksum_is_taken) {
    import_sample();
    for (const char* taken : {"dump.jsonl", "dump.jsonl.sha256"}) {
        const std::filesystem::path file = folder() / taken;
        write_text(file, "of somebody");
        const Finished dump = tool({"dump", store().string(), "--out", (folder() / "dump.jsonl").string()});
        BOOST_TEST(dump.exit_code == 6);
        BOOST_TEST(dump.errors == "tokenstore: already_exists: " + file.string() +
                                      " is there already and is not replaced: name another file, or move that one away "
                                      "(nothing was written; fix the request, it cannot succeed as it is)\n");
        BOOST_TEST(read_text(file) == "of somebody");
        std::filesystem::remove(file);
        const std::filesystem::directory_iterator left(folder());
        BOOST_TEST(std::distance(begin(left), end(left)) == 1);  // the store
    }
}

BOOST_AUTO_TEST_CASE(bad_lines_of_json_are_told_and_the_others_stored) {
    import_sample();
    const std::string text = dump(store(), "jsonl");
    const std::filesystem::path file = folder() / "FILE.jsonl";
    write_text(file, text.substr(0, text.find('\n') + 1) + "{\"id\":7}\n" + text.substr(0, 200));
    const std::string other = (folder() / "other").string();
    const Finished stopped = tool({"import", other, file.string()});
    BOOST_TEST(stopped.exit_code == 2);
    BOOST_TEST(stopped.errors ==
               file.string() + ":2: column id: neither a string nor null\n" + "tokenstore: nothing was stored\n");
    const Finished skipped = tool({"import", other, file.string(), "--on-error", "skip"});
    BOOST_TEST(skipped.exit_code == 2);
    BOOST_TEST(skipped.errors == file.string() + ":2: column id: neither a string nor null\n" + file.string() +
                                     ":3: not a line of JSON: is its end missing?\n");
    BOOST_TEST(dump(other, "jsonl") == text.substr(0, text.find('\n') + 1));
}

BOOST_AUTO_TEST_CASE(reading_changes_nothing_in_the_store) {
    import_sample();
    const auto listing = [this] {
        std::vector<std::string> entries;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(store())) {
            entries.push_back(entry.path().string() + ' ' + std::to_string(entry.file_size()) + ' ' +
                              std::to_string(entry.last_write_time().time_since_epoch().count()));
        }
        std::sort(entries.begin(), entries.end());
        return entries;
    };
    const std::vector<std::string> before = listing();
    BOOST_TEST(!dump(store(), "jsonl").empty());
    BOOST_TEST(tool({"count", store().string()}).exit_code == 0);
    BOOST_TEST(tool({"sessions", store().string(), std::string(busiest_user)}).exit_code == 0);
    BOOST_TEST((listing() == before));
}

BOOST_AUTO_TEST_CASE(json_lines_hold_the_columns_and_then_ours) {
    import_sample();
    constexpr std::array<std::string_view, 6> ours = {"chain_id",    "state",       "revocation_reason",
                                                      "consumed_at", "predecessor", "successor"};
    const std::string text = dump(store(), "jsonl");
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < text.size(); ++lines) {
        const std::size_t end = text.find('\n', begin);
        const rapidjson::Document token = parse_json(text.substr(begin, end - begin));
        begin = end + 1;
        std::size_t at = 0;
        for (const auto& member : token.GetObject()) {
            const std::string_view expected =
                at < column_names.size() ? column_names[at] : ours.at(at - column_names.size());
            BOOST_REQUIRE_EQUAL(member.name.GetString(), expected);
            ++at;
        }
        BOOST_REQUIRE_EQUAL(at, column_names.size() + ours.size());
    }
    BOOST_TEST(lines == sample_answers()["tokens"].GetUint64());
}

BOOST_AUTO_TEST_CASE(state_in_json_lines_follows_the_moment) {
    import_sample();
    const auto live_at = [this](std::string_view moment) {
        const Finished dump = tool({"dump", store().string(), "--as-of", std::string(moment)});
        BOOST_REQUIRE(dump.exit_code == 0);
        std::uint64_t count = 0;
        constexpr std::string_view live = "\"state\":\"live\"";
        for (std::size_t at = dump.output.find(live); at != std::string::npos; at = dump.output.find(live, at + 1)) {
            ++count;
        }
        return count;
    };
    BOOST_TEST(live_at(as_of_text) == sample_answers()["live"].GetUint64());
    BOOST_TEST(live_at("2030-01-01T00:00:00Z") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
