// Writes the first inputs of every target's corpus, made by the project's own encoders:
//
//     make_fuzz_corpus FOLDER
//
// Inputs that a hunt has found stand beside them, under names that say what they show.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "codec/in_doubt_note.hpp"
#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "format/token_csv.hpp"
#include "fuzz/log_input.hpp"
#include "fuzz/operation_script.hpp"
#include "fuzz/record_input.hpp"
#include "support/log_builder.hpp"
#include "support/sealing.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

class Corpus {
public:
    Corpus(const std::filesystem::path& parent, std::string_view target) : folder_(parent / target) {
        std::filesystem::create_directories(folder_);
    }

    void add(const std::string& name, std::string_view input) const {
        std::ofstream file(folder_ / name, std::ios::binary);
        file << input;
        if (!file.flush()) throw std::runtime_error("cannot write " + (folder_ / name).string());
    }

private:
    std::filesystem::path folder_;
};

// ---- Records and keys
// ------------------------------------------------------------------------------------------------

std::string record_input(std::size_t kind, std::string_view key, std::string_view stored) {
    return std::string(1, static_cast<char>(kind)).append(key).append(codec::test::body_of(stored));
}

Token token_with_packed_texts(const std::string& ip_address) {
    Token token = make_token(5);
    token.device_id = "2d90a270-2628-469a-bab7-8a24257b2799";
    token.ip_address = ip_address;
    return token;
}

Token token_of_greatest_size() {
    Token token = with_all_fields(make_token(3));
    token.device_id = std::string(255, 'd');
    token.device_name = std::string(100, 'n');
    token.ip_address = std::string(45, '1');
    return token;
}

template <class Entry>
std::string index_input(std::size_t kind) {
    const auto key = codec::index_key(make_family_id(1), make_token_id(1));
    Entry entry;
    entry.expires_at_us = entry.issue_stamp_us = ManualClock::first_wall_us;
    entry.revoked = true;
    return record_input(kind, key.view(), codec::encode_index_entry(key.view(), entry));
}

void add_records(const Corpus& corpus) {
    const auto token_input = [](const Token& token) {
        return record_input(0, codec::token_key(token.hash), codec::encode_token(token));
    };
    corpus.add("token_bare.bin", token_input(make_token(1)));
    corpus.add("token_with_all_fields.bin", token_input(with_all_fields(make_token(2))));
    corpus.add("token_of_greatest_size.bin", token_input(token_of_greatest_size()));
    corpus.add("token_with_packed_ipv4.bin", token_input(token_with_packed_texts("203.0.113.7")));
    corpus.add("token_with_packed_ipv6.bin", token_input(token_with_packed_texts("2001:db8::17")));
    const Token token = make_token(4);
    corpus.add("token_under_its_own_checksum.bin", std::string(1, static_cast<char>(own_checksum_bit))
                                                       .append(codec::token_key(token.hash))
                                                       .append(codec::encode_token(token)));
    corpus.add("index_entry_of_a_family.bin", index_input<codec::FamilyIndexEntry>(1));
    corpus.add("index_entry_of_a_user.bin", index_input<codec::UserIndexEntry>(2));

    const model::FamilyEnd family_end{.ended_at_us = 5, .keep_until_us = 7};
    const auto family_key = codec::family_end_key(make_family_id(1));
    corpus.add("family_end.bin",
               record_input(3, family_key.view(), codec::encode_family_end(family_key.view(), family_end)));
    const auto listed_key = codec::ended_family_key(make_user_id(1), make_family_id(1));
    corpus.add("listed_family_end.bin",
               record_input(4, listed_key.view(), codec::encode_family_end(listed_key.view(), family_end)));
    const auto user_key = codec::user_end_key(make_user_id(1));
    corpus.add(
        "user_end.bin",
        record_input(5, user_key.view(),
                     codec::encode_user_end(user_key.view(), {.ended_at_us = 5, .keep_until_us = 7, .stamp_us = 6})));
    corpus.add("number.bin", record_input(6, codec::clock_key, codec::encode_number(codec::clock_key, 7)));
    const std::string note = codec::encode_in_doubt_note({make_hash(1), ManualClock::first_wall_us});
    corpus.add("in_doubt_note.bin", record_input(note_kind, {}, note));
    corpus.add("in_doubt_note_under_its_own_checksum.bin",
               std::string(1, static_cast<char>(own_checksum_bit | note_kind)).append(note));
}

void add_keys(const Corpus& corpus) {
    corpus.add("token.bin", codec::token_key(make_hash(1)));
    corpus.add("index.bin", codec::index_key(make_user_id(1), make_token_id(1)).view());
    corpus.add("family_end.bin", codec::family_end_key(make_family_id(1)).view());
    corpus.add("user_end.bin", codec::user_end_key(make_user_id(1)).view());
    corpus.add("listed_family_end.bin", codec::ended_family_key(make_user_id(1), make_family_id(1)).view());
    corpus.add("in_doubt.bin", codec::in_doubt_key(make_hash(1)));
}

// ---- Logs
// ------------------------------------------------------------------------------------------------------------

std::string log_input(std::uint8_t mode, std::initializer_list<std::string_view> logs) {
    std::string bytes(1, static_cast<char>(mode));
    for (auto log = logs.begin(); log + 1 != logs.end(); ++log) {
        base::append_u16(bytes, static_cast<std::uint16_t>(log->size()));
    }
    for (const auto log : logs) bytes.append(log);
    return bytes;
}

std::string small_batch(std::uint64_t first_sequence, std::uint32_t changes) {
    const codec::BatchNote note{{first_sequence - 1, 4}, false};
    return codec::test::batch(first_sequence, changes, "changes" + codec::test::framed_note(note));
}

void add_logs(const Corpus& corpus) {
    using codec::test::LogBuilder;
    const std::string one = LogBuilder().add(small_batch(1, 2)).bytes();
    const std::string two = LogBuilder().add(small_batch(1, 2)).add(small_batch(3, 1)).bytes();
    const std::string later = LogBuilder().add(small_batch(4, 2)).bytes();
    corpus.add("one_log.bin", log_input(0, {two}));
    corpus.add("two_logs.bin", log_input(one_cut, {two, later}));
    corpus.add("three_logs_of_which_one_is_empty.bin", log_input(two_cuts, {two, "", later}));
    corpus.add("torn_end.bin", log_input(0, {std::string_view(two).substr(0, two.size() - 5)}));
    corpus.add("torn_end_and_its_number_again.bin", log_input(one_cut, {std::string_view(two).substr(0, two.size() - 5),
                                                                        LogBuilder().add(small_batch(3, 1)).bytes()}));
    corpus.add("gap.bin", log_input(one_cut, {one, later}));
    corpus.add("zeroes.bin", log_input(other_boot, {one + std::string(40, '\0') + one}));
    corpus.add("other_checksums.bin", log_input(mend_checksums, {one + "????" + one.substr(4)}));
    corpus.add("across_blocks.bin",
               log_input(at_end_of_block | mend_checksums,
                         {codec::test::fragment(codec::test::first, small_batch(2, 3) + std::string(15, 'x')) +
                          codec::test::fragment(codec::test::last, "the rest")}));
    corpus.add("begins_in_tables.bin", log_input(flushed_in_part, {two}));
    corpus.add("without_mark.bin", log_input(without_mark, {two}));
    corpus.add("whole_logs_of_small_and_large_batches.bin",
               std::string(1, static_cast<char>(built_whole)).append("\x01\xfe\x02\xff\x00\xf7\xff\xff\x13"));
}

// ---- Texts
// -----------------------------------------------------------------------------------------------------------

void add_texts(const Corpus& corpus) {
    corpus.add("raw_token.bin", "OLP27fpw6Rm4oP7HBuigs5Q1-oqQLLWRn2hOboybztk");
    corpus.add("hash.bin", to_hex(make_hash(1)));
    corpus.add("id.bin", to_string(make_user_id(1)));
    corpus.add("rfc3339.bin", "2026-04-22T00:16:23.579050Z");
    corpus.add("rfc3339_with_offset.bin", "2026-04-22T02:16:23+02:00");
    corpus.add("postgres_time.bin", "2026-04-22 00:16:23.57905+05:30:15");
    corpus.add("ipv4.bin", "203.0.113.7");
    corpus.add("ipv6.bin", "2001:db8::17");
    corpus.add("device_name.bin", "J\xc3\xbcrgen's \"Laptop\" \xf0\x9f\x94\x91");
    corpus.add("harmful.bin", "\x1b[2J\xe2\x80\xaetxt\\\r\n\xff");
}

std::string row_of(const Token& token) {
    std::string row;
    tool::append_csv_row(row, {token, TokenState::live, std::nullopt}, tool::TextForm::exact);
    return row;
}

void add_csv_rows(const Corpus& corpus) {
    Token quoted = make_token(3);
    quoted.device_id = "";
    quoted.device_name = "a \"quoted\", and\nbroken line";
    corpus.add("row_bare.csv", row_of(make_token(1)));
    corpus.add("row_with_all_fields.csv", row_of(with_all_fields(make_token(2))));
    corpus.add("row_with_quotes.csv", row_of(quoted));
    corpus.add("rows_good_and_bad.csv", row_of(make_token(4)) + "\n1,2,3\r\n" + row_of(make_token(5)));
    corpus.add("quote_out_of_place.csv", "a,\"b\"c,d\n");
    corpus.add("quote_never_closed.csv", "a,\"b\nc");
    corpus.add("fields.csv", "a,,\"\",\" b \"\r\n\n\"\"\"\"\n");
}

// ---- Command lines
// ---------------------------------------------------------------------------------------------------

std::string command_line(std::initializer_list<std::string_view> words, std::string_view input = {}) {
    std::string bytes;
    for (const std::string_view word : words) bytes.append(word).push_back('\0');
    return bytes.append(input);
}

void add_arguments(const Corpus& corpus) {
    constexpr std::string_view secret = "OLP27fpw6Rm4oP7HBuigs5Q1-oqQLLWRn2hOboybztk";
    const std::string hash = to_hex(make_hash(1));
    const std::string user = to_string(make_user_id(1));
    const std::string family = to_string(make_family_id(1));
    const std::string chain = to_string(make_token_id(2));
    corpus.add("help.bin", command_line({"--help"}));
    corpus.add("version.bin", command_line({"--version"}));
    corpus.add("count.bin", command_line({"count", "store", "--as-of", "2026-06-01T00:00:00Z"}));
    corpus.add("dump_csv.bin", command_line({"dump", "store", "--format", "csv"}));
    corpus.add("dump_jsonl.bin", command_line({"dump", "store", "--format=jsonl", "--as-of=9999-12-31T23:59:59Z"}));
    corpus.add("get_by_hash.bin", command_line({"get", "store", "--hash", hash, "--format", "table"}));
    corpus.add("get_by_token.bin", command_line({"get", "store", "--token-stdin"}, std::string(secret) + "\n"));
    corpus.add("sessions.bin", command_line({"sessions", "store", user, "--limit", "1", "--after", chain}));
    corpus.add("import.bin", command_line({"import", "new", "rows.csv"}));
    corpus.add("import_skip.bin",
               command_line({"import", "store", "rows.csv", "--on-error", "skip", "--longest-lifetime", "36500"}));
    corpus.add("import_bad_rows.bin", command_line({"import", "new", "\x1b[2J.csv"}));
    corpus.add("family.bin", command_line({"family", "store", family, "--limit", "1", "--format", "table"}));
    corpus.add("count_by_device.bin", command_line({"count", "store", "--by", "device", "--show-ids"}));
    corpus.add("count_by_day.bin", command_line({"count", "store", "--by=day", "--format=table"}));
    corpus.add("top.bin", command_line({"top", "store", "--limit", "2", "--format", "table", "--show-ids"}));
    corpus.add("expiry.bin", command_line({"expiry", "store", "--buckets", "6", "--as-of", "2026-06-01T00:00:00Z"}));
    corpus.add("report.bin", command_line({"report", "store", "--out", "report.html"}));
    corpus.add("dump_filtered.bin", command_line({"dump", "store", "--state", "live", "--user", user, "--sample", "2",
                                                  "--expires-after", "1970-01-01T00:00:00+14:00"}));
    corpus.add("dump_to_file.bin", command_line({"dump", "store", "--out", "tokens.jsonl"}));
    corpus.add("import_standard_input.bin", command_line({"import", "new", "-"}, "{\"id\":null}\n"));
    corpus.add("diff.bin", command_line({"diff", "store", "rows.csv", "--full-hash"}));
    corpus.add("info.bin", command_line({"info", "store", "--format", "table"}));
    corpus.add("info_options.bin", command_line({"info", "store", "--options"}));
    corpus.add("stat.bin", command_line({"stat", "store", "--sample", "1000"}));
    corpus.add("stat_prom.bin", command_line({"stat", "store", "--prom"}));
    corpus.add("size.bin", command_line({"size", "store", "--format", "table"}));
    corpus.add("verify.bin", command_line({"verify", "store", "--full", "--full-hash", "--show-ids"}));
    corpus.add("log.bin", command_line({"log", "store", "--upkeep", "--behind", "2", "--format", "table"}));
    corpus.add("revoke_token.bin", command_line({"admin", "revoke", "store", "--hash", hash, "--yes"}));
    corpus.add("revoke_family.bin", command_line({"admin", "revoke", "store", "--family", family, "--dry-run"}));
    corpus.add("revoke_user.bin", command_line({"admin", "revoke", "store", "--user", user, "--yes", "--show-ids"}));
    corpus.add("cleanup.bin", command_line({"admin", "cleanup", "store", "--yes"}));
    corpus.add("compact.bin", command_line({"admin", "compact", "store", "--yes"}));
    corpus.add("repair_index.bin", command_line({"admin", "repair-index", "store", "--dry-run"}));
    corpus.add("unasked_change.bin", command_line({"admin", "cleanup", "store"}, "y\n"));
    corpus.add("checkpoint.bin", command_line({"checkpoint", "store", "copy"}));
    corpus.add("backup.bin", command_line({"backup", "store", "backups", "--format", "table"}));
    corpus.add("backups.bin", command_line({"backups", "backups", "--check"}));
    corpus.add("restore.bin", command_line({"restore", "backup", "restored", "--fence", "all"}));
    corpus.add("restore_compared.bin", command_line({"restore", "backup", "restored", "--compare-with", "store",
                                                     "--fence=changed", "--dry-run"}));
    corpus.add("completion.bin", command_line({"completion", "zsh"}));
    corpus.add("token_as_argument.bin", command_line({"get", "store", "--hash", secret}));
    corpus.add("unknown_verb.bin", command_line({"frobnicate", "--", "-x", ""}));
}

// ---- Scripts of operations
// -------------------------------------------------------------------------------------------

std::string script(std::uint8_t mode, std::initializer_list<Step> steps) {
    std::string bytes(1, static_cast<char>(mode));
    for (const Step& step : steps) append_step(bytes, step);
    return bytes;
}

void add_operations(const Corpus& corpus) {
    using enum Operation;
    constexpr std::uint8_t hour = 1;  // the expiry that this choice stands for
    corpus.add("rotation_and_replay.bin", script(0, {{create_token, 0, 0, hour},
                                                     {rotate_token, 0, 1, hour},
                                                     {get_valid_by_hashes, 0, 1, 2},
                                                     {rotate_token, 0, 2, hour},
                                                     {get_by_hash, 1},
                                                     {create_token, 3, 0, hour},
                                                     {statistics}}));
    corpus.add("log_out_everywhere.bin", script(0, {{create_token, 0, 0, hour},
                                                    {create_token, 1, 2, hour},
                                                    {get_user_active_sessions, 0, 0, 1},
                                                    {get_user_active_sessions, 1, 0, 128},
                                                    {revoke_all_user_tokens, 0, 0, 0},
                                                    {create_token, 2, 0, hour},
                                                    {get_user_active_sessions, 0, 0, 0},
                                                    {revoke_family, 0, 0, 0},
                                                    {revoke_family, 0, 0, 3},
                                                    {revoke_token, 2}}));
    corpus.add("expiry_and_cleanup.bin", script(0, {{create_token, 0, 0, hour},
                                                    {create_token, 1, 1, 3},
                                                    {time_passes, 0, 0, 0},
                                                    {get_valid_by_hash, 0},
                                                    {time_passes, 0, 1, 0},
                                                    {get_valid_by_hash, 0},
                                                    {cleanup_expired},
                                                    {get_by_hash, 0},
                                                    {flush}}));
    corpus.add("import_and_merge.bin", script(0, {{import_tokens, 0, 0, 8},
                                                  {import_tokens, 0, 0xe0, 0},
                                                  {rotate_token, 0, 1, hour},
                                                  {import_tokens, 0, 0x80, 0},
                                                  {import_tokens, 0, 0x80, 0x80},
                                                  {import_tokens, 0, 0x81, 7},
                                                  {create_token, 2, 28, hour},
                                                  {reopen, 0, 0, 1}}));
    // The other byte of a step names the family's own user, but for 28 to 31 the other one.
    corpus.add("family_without_tip.bin", script(0, {{create_token, 0, 0, 3},
                                                    {rotate_token, 0, 1, 0},
                                                    {time_passes, 1, 1, 0},
                                                    {cleanup_expired},
                                                    {create_token, 2, 28, 3},
                                                    {rotate_token, 0, 3, hour},
                                                    {get_user_active_sessions, 0, 1, 0},
                                                    {reopen, 0, 0, 1}}));
    corpus.add("reclaiming.bin", script(1, {{create_token, 0, 0, 0},
                                            {create_token, 1, 0, 3},
                                            {rotate_token, 1, 2, 0},
                                            {time_passes, 7, 3, 4},
                                            {maintain},
                                            {compact},
                                            {get_by_hash, 0},
                                            {rotate_token, 1, 3, hour},
                                            {reopen, 0, 0, 3}}));
}

}  // namespace
}  // namespace tokenstore::test

int main(int argc, char** argv) {
    using namespace tokenstore::test;
    if (argc != 2) {
        std::cerr << "usage: make_fuzz_corpus FOLDER\n";
        return 1;
    }
    const std::filesystem::path parent = argv[1];
    add_records({parent, "records"});
    add_keys({parent, "keys"});
    add_logs({parent, "log_audit"});
    add_texts({parent, "texts"});
    add_csv_rows({parent, "csv_rows"});
    add_arguments({parent, "arguments"});
    add_operations({parent, "operations"});
}
