#include "format/token_json_reader.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "format/token_difference.hpp"
#include "format/token_json.hpp"
#include "support/test_seed.hpp"
#include "support/token_builders.hpp"
#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

std::string line_of(const JudgedToken& judged, const Redaction& shown = nothing_redacted) {
    JsonLine line;
    add_token(line, judged, shown);
    return std::string(line.finish());
}

std::string with(const std::string& part, const std::string& replacement) {
    std::string line = line_of(test::live_token());
    const std::size_t at = line.find(part);
    BOOST_REQUIRE(at != std::string::npos);
    return line.replace(at, part.size(), replacement);
}

// As a store could hold it: with times of the years that can be written, and no successor but of a consumed one.
Token storable(Token token) {
    constexpr std::int64_t span_us = 60'000'000'000'000'000;
    token.created_at_us %= span_us;
    token.expires_at_us %= span_us;
    for (auto* const time_us : {&token.updated_at_us, &token.revoked_at_us, &token.consumed_at_us}) {
        if (*time_us) **time_us %= span_us;
    }
    if (!token.consumed_at_us) token.successor.reset();
    return token;
}

struct BadLine {
    const char* name;
    std::string line;
    std::string column;
};

std::ostream& operator<<(std::ostream& out, const BadLine& bad) { return out << bad.name; }

const std::vector<BadLine> bad_lines = {
    {"empty", "", ""},
    {"cut short", line_of(test::live_token()).substr(0, 100), ""},
    {"an array", "[]", ""},
    {"deep", std::string(100'000, '['), ""},
    {"without a member", "{\"id\":\"019db28b-8e1b-7095-8647-b45183dc32ab\"}", "created_at"},
    {"id is a number", with("\"019db28b-8e1b-7095-8647-b45183dc32ab\"", "17"), "id"},
    {"expiry is null", with("\"2026-05-22T00:16:23Z\"", "null"), "expires_at"},
    {"expiry is PostgreSQL's", with("2026-05-22T00:16:23Z", "2026-05-22 00:16:23+00"), "expires_at"},
    {"is_revoked is a word", with("\"is_revoked\":false", "\"is_revoked\":\"no\""), "is_revoked"},
    {"redacted", line_of(test::live_token(), {.full_hash = false, .show_ids = true}), "token_hash"},
    {"a member stands there twice", with("\"state\"", "\"is_revoked\":false,\"state\""), ""},
    {"is_revoked is a letter", with("\"is_revoked\":false", "\"is_revoked\":\"f\""), "is_revoked"},
    {"revoked by its state alone", with("\"state\":\"live\"", "\"state\":\"revoked\""), "is_revoked"},
    {"consumed and yet not revoked", with("\"consumed_at\":null", "\"consumed_at\":\"2026-04-23T00:16:23Z\""),
     "is_revoked"},
    {"a successor and yet not revoked", with("\"successor\":null", "\"successor\":\"00\""), "is_revoked"},
    {"a reason and yet not revoked", with("\"revocation_reason\":null", "\"revocation_reason\":\"reuse_detected\""),
     "is_revoked"},
    {"not UTF-8", with("B\xc3\xbcro", "B\xfcro"), ""},
};

BOOST_AUTO_TEST_SUITE(token_json_reader)

BOOST_AUTO_TEST_CASE(any_token_comes_back_as_its_row) {
    std::mt19937_64 random(tokenstore::test::test_seed());
    for (int round = 0; round < 1000; ++round) {
        const JudgedToken judged{storable(tokenstore::test::random_token(random)), TokenState::live, std::nullopt};
        const auto read = token_from_json(line_of(judged));
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST(differing_columns(*read, as_origin_row(judged)) == "");
    }
}

BOOST_DATA_TEST_CASE(bad_line_is_told_by_its_column, bad_lines, bad) {
    const auto read = token_from_json(bad.line);
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error().column == bad.column);
    BOOST_TEST(!read.error().why.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
