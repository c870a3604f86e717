#include "format/origin_row.hpp"

#include <boost/test/unit_test.hpp>

#include "tool/format/sample_tokens.hpp"

namespace tokenstore::tool {
namespace {

using test::end_us;
using test::live_token;
using test::with_family_ended;

void check(const JudgedToken& judged, bool is_revoked, std::optional<std::int64_t> revoked_at_us,
           std::optional<std::int64_t> updated_at_us) {
    const OriginState state = origin_state(judged);
    BOOST_TEST(state.is_revoked == is_revoked);
    BOOST_TEST((state.revoked_at_us == revoked_at_us));
    BOOST_TEST((state.updated_at_us == updated_at_us));
}

BOOST_AUTO_TEST_SUITE(origin_row)

BOOST_AUTO_TEST_CASE(live_token_is_as_stored) { check(live_token(), false, {}, {}); }

BOOST_AUTO_TEST_CASE(time_of_an_end_that_did_not_happen_is_kept_as_imported) {
    JudgedToken judged = live_token();
    judged.token.revoked_at_us = 5;
    judged.token.updated_at_us = 6;
    check(judged, false, 5, 6);
}

BOOST_AUTO_TEST_CASE(revoked_token_is_as_stored_even_without_a_time) {
    JudgedToken judged = with_family_ended(live_token());
    judged.token.revoked = true;
    check(judged, true, {}, {});
    judged.token.revoked_at_us = 5;
    judged.token.updated_at_us = 6;
    check(judged, true, 5, 6);
}

BOOST_AUTO_TEST_CASE(consumed_token_was_revoked_when_it_was_rotated) {
    JudgedToken judged = live_token();
    judged.state = TokenState::consumed;
    judged.token.consumed_at_us = 7;
    judged.token.updated_at_us = 7;
    check(judged, true, 7, 7);
    check(with_family_ended(judged), true, 7, 7);
}

BOOST_AUTO_TEST_CASE(time_that_was_imported_stays_whatever_ends_the_token_later) {
    JudgedToken judged = live_token();
    judged.token.revoked_at_us = 5;
    judged.token.updated_at_us = end_us + 1;
    check(with_family_ended(judged), true, 5, end_us + 1);
    judged.token.consumed_at_us = 7;
    check(judged, true, 5, end_us + 1);
}

BOOST_AUTO_TEST_CASE(end_of_the_family_updates_the_row) {
    check(with_family_ended(live_token()), true, end_us, end_us);
    JudgedToken judged = with_family_ended(live_token());
    judged.token.updated_at_us = end_us - 1;
    check(judged, true, end_us, end_us);
    judged.token.updated_at_us = end_us + 1;
    check(judged, true, end_us, end_us + 1);
}

BOOST_AUTO_TEST_CASE(end_without_a_time_changes_no_time) {
    JudgedToken judged = with_family_ended(live_token());
    judged.revocation->at_us.reset();
    check(judged, true, {}, {});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
