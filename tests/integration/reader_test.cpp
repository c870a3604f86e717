// StoreReader: a look at a store without owning it.
#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(store_reader, StoreFixture)

BOOST_AUTO_TEST_CASE(users_and_families_count_while_they_have_a_token_that_was_not_rotated_away) {
    create(1, {.user = 1, .family = 1, .lifetime_us = 30 * day_us});
    rotate(1, 2, hour_us);
    create(3, {.user = 2, .family = 2});
    revoke(3);
    clock.advance_us(hour_us);
    auto counted = counts();  // one expired, one revoked: live or not, they are tips
    BOOST_TEST(counted.tokens == 3U);
    BOOST_TEST(counted.live == 0U);
    BOOST_TEST(counted.users == 2U);
    BOOST_TEST(counted.families == 2U);

    BOOST_TEST(must(store.cleanup_expired()) == 1U);
    counted = counts();
    BOOST_TEST(counted.tokens == 2U);
    BOOST_TEST(counted.consumed == 1U);
    BOOST_TEST(counted.users == 1U);
    BOOST_TEST(counted.families == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
