#include "format/token_csv.hpp"

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

using namespace test;

std::vector<CsvField> row_fields() {
    return {id_text,    "2026-04-22 00:16:23.57905+00",
            CsvField{}, hash_text,
            user_text,  family_text,
            CsvField{}, "ThinkPad X1, B\xc3\xbcro",
            CsvField{}, "2026-05-22 00:16:23+00",
            "f",        CsvField{}};
}

std::vector<CsvField> with(Column column, CsvField value) {
    std::vector<CsvField> fields = row_fields();
    fields[static_cast<std::size_t>(column)] = value;
    return fields;
}

void check_refused(const std::vector<CsvField>& fields, std::string_view column) {
    const auto token = token_from_row(fields);
    BOOST_REQUIRE(!token);
    BOOST_TEST(token.error().column == column);
    BOOST_TEST(!token.error().why.empty());
}

BOOST_AUTO_TEST_SUITE(token_csv)

BOOST_AUTO_TEST_CASE(row_becomes_a_token) {
    const auto token = token_from_row(row_fields());
    BOOST_REQUIRE(token.has_value());
    BOOST_TEST((*token == live_token().token));
}

BOOST_AUTO_TEST_CASE(end_and_its_time_are_read_apart) {
    BOOST_TEST(token_from_row(with(Column::is_revoked, "t"))->revoked);
    BOOST_TEST(!token_from_row(with(Column::is_revoked, "t"))->revoked_at_us);
    const auto token = token_from_row(with(Column::revoked_at, "1970-01-01 00:00:00.000005+00"));
    BOOST_TEST(!token->revoked);
    BOOST_TEST(token->revoked_at_us.value() == 5);
}

BOOST_AUTO_TEST_CASE(null_and_the_empty_string_stay_apart) {
    BOOST_TEST(token_from_row(with(Column::device_name, ""))->device_name.value().empty());
    BOOST_TEST(!token_from_row(with(Column::device_name, CsvField{}))->device_name);
}

BOOST_AUTO_TEST_CASE(bad_field_is_named) {
    check_refused(with(Column::id, "019db28b"), "id");
    check_refused(with(Column::created_at, "yesterday"), "created_at");
    check_refused(with(Column::updated_at, ""), "updated_at");
    check_refused(with(Column::token_hash, "4f28"), "token_hash");
    check_refused(with(Column::user_id, "nobody"), "user_id");
    check_refused(with(Column::family_id, "{019db28b-8e1b-7ad7-9eb9-218af6aff4c3}"), "family_id");
    check_refused(with(Column::expires_at, "infinity"), "expires_at");
    check_refused(with(Column::is_revoked, "true"), "is_revoked");
    check_refused(with(Column::revoked_at, "2026-02-30 00:00:00+00"), "revoked_at");
}

BOOST_AUTO_TEST_CASE(null_where_a_value_must_be_is_named) {
    for (const Column column : {Column::id, Column::created_at, Column::token_hash, Column::user_id, Column::family_id,
                                Column::expires_at, Column::is_revoked}) {
        check_refused(with(column, CsvField{}), name(column));
    }
}

BOOST_AUTO_TEST_CASE(wrong_number_of_fields_is_named) {
    std::vector<CsvField> fields = row_fields();
    fields.pop_back();
    check_refused(fields, "revoked_at");
    fields.resize(13);
    check_refused(fields, "13");
    check_refused({"x"}, "created_at");
}

BOOST_AUTO_TEST_CASE(first_of_several_bad_fields_is_named) {
    std::vector<CsvField> fields = with(Column::user_id, "nobody");
    fields[static_cast<std::size_t>(Column::is_revoked)] = "maybe";
    check_refused(fields, "user_id");
}

BOOST_AUTO_TEST_CASE(complaint_never_repeats_the_field) {
    const auto token = token_from_row(with(Column::token_hash, "a secret"));
    BOOST_REQUIRE(!token);
    BOOST_TEST(token.error().why.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_store_is_told_of_the_column_that_it_is_about) {
    BOOST_TEST(name(column_of(ErrorCode::device_id_not_utf8)) == "device_id");
    BOOST_TEST(name(column_of(ErrorCode::device_name_too_long)) == "device_name");
    BOOST_TEST(name(column_of(ErrorCode::ip_address_malformed)) == "ip_address");
    BOOST_TEST(name(column_of(ErrorCode::expiry_out_of_range)) == "expires_at");
    BOOST_TEST(name(column_of(ErrorCode::family_of_another_user)) == "family_id");
    BOOST_TEST(name(column_of(ErrorCode::time_out_of_range)) == "created_at");
    BOOST_TEST(name(column_of(ErrorCode::conflicting_record)) == "token_hash");
}

BOOST_AUTO_TEST_CASE(header_is_the_twelve_names_in_their_order) {
    std::vector<CsvField> header(column_names.begin(), column_names.end());
    BOOST_TEST(!check_header(header));
    std::swap(header[1], header[2]);
    BOOST_TEST(check_header(header)->column == "2");
    header.assign(column_names.begin(), column_names.end() - 1);
    BOOST_TEST(check_header(header)->column == "12");
    header.assign(column_names.begin(), column_names.end());
    header.emplace_back("note");
    BOOST_TEST(check_header(header)->column == "13");
}

BOOST_AUTO_TEST_CASE(complaint_about_the_header_repeats_names_only) {
    BOOST_TEST(check_header({"token_id"})->why == "the header must name id here, not token_id");
    BOOST_TEST(check_header({"OLP27fpw6Rm4oP7HBuigs5Q1-oqQLLWRn2hOboybztk"})->why == "the header must name id here");
}

BOOST_AUTO_TEST_CASE(token_is_written_as_postgres_writes_the_row) {
    std::string text;
    append_csv_header(text);
    append_csv_row(text, live_token(), TextForm::exact);
    BOOST_TEST(text ==
               "id,created_at,updated_at,token_hash,user_id,family_id,device_id,device_name,ip_address,expires_at,"
               "is_revoked,revoked_at\n"
               "019db28b-8e1b-7095-8647-b45183dc32ab,2026-04-22 00:16:23.57905+00,,"
               "4f28c60f3d4cebd8ab2cffd6a4bde132a54552c41e029480a5903e7e2a99374e,b30c35ee-e001-4c95-b03d-dfbc69d455e4,"
               "019db28b-8e1b-7ad7-9eb9-218af6aff4c3,,\"ThinkPad X1, B\xc3\xbcro\",,2026-05-22 00:16:23+00,f,\n");
}

BOOST_AUTO_TEST_CASE(end_of_the_family_is_written_into_the_row) {
    std::string text;
    append_csv_row(text, with_family_ended(live_token()), TextForm::exact);
    BOOST_TEST(text.ends_with(",2026-05-22 00:16:23+00,t,2026-04-24 03:06:40+00\n"));
    BOOST_TEST(text.find(",2026-04-24 03:06:40+00,4f28c60f") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(hostile_text_is_escaped_only_where_a_person_looks) {
    JudgedToken judged = live_token();
    judged.token.device_name = "a\nb\x1b";
    std::string exact;
    append_csv_row(exact, judged, TextForm::exact);
    BOOST_TEST(exact.find("\"a\nb\x1b\"") != std::string::npos);
    std::string printable;
    append_csv_row(printable, judged, TextForm::printable);
    BOOST_TEST(printable.find(",a\\nb\\x1b,") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
