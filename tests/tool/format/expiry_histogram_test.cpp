#include "format/expiry_histogram.hpp"

#include <boost/test/unit_test.hpp>

#include "support/token_builders.hpp"
#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

using tokenstore::test::day_us;
using tokenstore::test::hour_us;
using tokenstore::test::year_us;

constexpr std::int64_t as_of_us = tokenstore::test::ManualClock::first_wall_us;

JudgedToken expiring(std::int64_t in_us, TokenState state) {
    JudgedToken judged = test::live_token();
    judged.token.expires_at_us = as_of_us + in_us;
    judged.state = state;
    return judged;
}

BOOST_AUTO_TEST_SUITE(expiry_histogram)

BOOST_AUTO_TEST_CASE(nothing_has_no_buckets) { BOOST_TEST(ExpiryHistogram(as_of_us).buckets(10).empty()); }

BOOST_AUTO_TEST_CASE(what_expires_at_the_moment_has_expired) {
    ExpiryHistogram histogram(as_of_us);
    histogram.add(expiring(0, TokenState::expired));
    histogram.add(expiring(1, TokenState::live));
    const auto buckets = histogram.buckets(10);
    BOOST_REQUIRE(buckets.size() == 2U);
    BOOST_TEST(buckets[0].up_to_us == as_of_us);
    BOOST_TEST(buckets[0].expired == 1U);
    BOOST_TEST(buckets[1].after_us == as_of_us);
    BOOST_TEST(buckets[1].live == 1U);
}

BOOST_AUTO_TEST_CASE(buckets_have_one_width_and_leave_no_gap) {
    ExpiryHistogram histogram(as_of_us);
    histogram.add(expiring(-5 * hour_us, TokenState::revoked));
    histogram.add(expiring(3 * hour_us, TokenState::live));
    const auto buckets = histogram.buckets(10);
    BOOST_REQUIRE(buckets.size() == 9U);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        BOOST_TEST(buckets[i].up_to_us - buckets[i].after_us == hour_us);
        if (i > 0) BOOST_TEST(buckets[i].after_us == buckets[i - 1].up_to_us);
    }
    BOOST_TEST(buckets.front().ended == 1U);
    BOOST_TEST(buckets.back().live == 1U);
}

BOOST_AUTO_TEST_CASE(buckets_widen_until_they_are_few_and_lose_no_token) {
    for (const std::int64_t reach_us : {day_us, 30 * day_us, year_us, 9 * year_us}) {
        ExpiryHistogram histogram(as_of_us);
        for (std::int64_t at_us = -reach_us; at_us <= reach_us; at_us += reach_us / 100) {
            histogram.add(expiring(at_us, at_us <= 0 ? TokenState::expired : TokenState::live));
        }
        const auto buckets = histogram.buckets(20);
        BOOST_TEST(buckets.size() <= 20U);
        std::uint64_t tokens = 0;
        for (const ExpiryBucket& bucket : buckets) {
            tokens += bucket.tokens();
            BOOST_TEST((bucket.after_us < as_of_us ? bucket.live : bucket.expired) == 0U);
        }
        BOOST_TEST(tokens == 201U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
