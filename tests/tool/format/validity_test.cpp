#include "format/validity.hpp"

#include <boost/test/unit_test.hpp>

#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

using namespace test;

std::string why(const JudgedToken& judged, std::int64_t as_of_us) { return why_valid_or_not(judged, as_of_us, {}); }

BOOST_AUTO_TEST_SUITE(validity)

BOOST_AUTO_TEST_CASE(duration_is_told_in_its_greatest_unit) {
    BOOST_TEST(rough_duration(0) == "0 seconds");
    BOOST_TEST(rough_duration(1'999'999) == "1 second");
    BOOST_TEST(rough_duration(-59'000'000) == "59 seconds");
    BOOST_TEST(rough_duration(60'000'000) == "1 minute");
    BOOST_TEST(rough_duration(2 * 3'600'000'000LL) == "2 hours");
    BOOST_TEST(rough_duration(-400 * 86'400'000'000LL) == "400 days");
}

BOOST_AUTO_TEST_CASE(each_state_says_why) {
    JudgedToken judged = live_token();
    BOOST_TEST(is_valid(judged));
    BOOST_TEST(why(judged, expires_us - 1'000'000) ==
               "neither ended nor consumed, and expires on 2026-05-22T00:16:23Z, in 1 second");
    judged.state = TokenState::expired;
    BOOST_TEST(!is_valid(judged));
    BOOST_TEST(why(judged, expires_us) == "expired on 2026-05-22T00:16:23Z, 0 seconds before");
    judged.state = TokenState::consumed;
    judged.token.consumed_at_us = end_us;
    judged.token.successor = parse_token_hash(std::string(64, 'b')).value();
    BOOST_TEST(why(judged, end_us) ==
               "rotated away on 2026-04-24T03:06:40Z; its successor is bbbbbbbb; presenting it again ends its family");
    judged = with_family_ended(live_token());
    BOOST_TEST(why(judged, end_us) == "its family was revoked, on 2026-04-24T03:06:40Z");
    judged.revocation = {.reason = RevocationReason::token_revoked, .at_us = std::nullopt};
    BOOST_TEST(why(judged, end_us) == "revoked by itself");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
