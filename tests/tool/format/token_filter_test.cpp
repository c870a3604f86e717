#include "format/token_filter.hpp"

#include <boost/test/unit_test.hpp>

#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

using test::created_us;
using test::expires_us;
using test::live_token;

BOOST_AUTO_TEST_SUITE(token_filter)

BOOST_AUTO_TEST_CASE(without_wishes_everything_is_accepted) { BOOST_TEST(TokenFilter().accepts(live_token())); }

BOOST_AUTO_TEST_CASE(every_wish_has_to_be_met) {
    TokenFilter filter;
    filter.state = TokenState::live;
    filter.user = live_token().token.user_id;
    filter.family = live_token().token.family_id;
    BOOST_TEST(filter.accepts(live_token()));
    TokenFilter other = filter;
    other.state = TokenState::expired;
    BOOST_TEST(!other.accepts(live_token()));
    other = filter;
    other.user->bytes[0] ^= 1;
    BOOST_TEST(!other.accepts(live_token()));
    other = filter;
    other.family->bytes[0] ^= 1;
    BOOST_TEST(!other.accepts(live_token()));
}

BOOST_AUTO_TEST_CASE(before_and_after_a_moment_part_the_store) {
    for (const std::int64_t distance_us : {-1, 0, 1}) {
        TokenFilter before;
        TokenFilter after;
        before.expires_before_us = after.expires_after_us = expires_us + distance_us;
        BOOST_TEST(before.accepts(live_token()) == (distance_us > 0));
        BOOST_TEST(after.accepts(live_token()) == (distance_us <= 0));
        before = after = {};
        before.created_before_us = after.created_after_us = created_us + distance_us;
        BOOST_TEST(before.accepts(live_token()) == (distance_us > 0));
        BOOST_TEST(after.accepts(live_token()) == (distance_us <= 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
