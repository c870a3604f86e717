// The checker on histories written by hand: what it has to accept, and what it has to refuse.
#include <boost/test/unit_test.hpp>

#include "linearizability/checker.hpp"
#include "linearizability/hand_written.hpp"

namespace tokenstore::test {
namespace {

using enum Answer;

void accept(const History& history) { BOOST_TEST(is_linearizable(history), "refused:\n" << to_string(history)); }
void refuse(const History& history) { BOOST_TEST(!is_linearizable(history), "accepted:\n" << to_string(history)); }

BOOST_AUTO_TEST_SUITE(checker)

BOOST_AUTO_TEST_CASE(no_calls_are_linearizable) { accept({}); }

BOOST_AUTO_TEST_CASE(a_call_may_take_effect_anywhere_in_its_span) {
    accept({at(1, 10, create_token(0), stored), at(2, 3, get_by_hash(0), not_found), at(4, 5, get_by_hash(0), live)});
    refuse({at(1, 10, create_token(0), stored), at(2, 3, get_by_hash(0), live), at(4, 5, get_by_hash(0), not_found)});
}

BOOST_AUTO_TEST_CASE(one_of_two_that_rotate_one_token_wins_and_the_other_is_the_alarm) {
    accept({at(1, 2, create_token(0), stored), at(3, 9, rotate_token(0, 1), rotated),
            at(4, 8, rotate_token(0, 2), counted(reuse_detected, 1))});
    accept({at(1, 2, create_token(0), stored), at(3, 9, rotate_token(0, 1), counted(reuse_detected, 1)),
            at(4, 8, rotate_token(0, 2), rotated)});
}

BOOST_AUTO_TEST_CASE(two_that_rotate_one_token_cannot_both_win) {
    refuse({at(1, 2, create_token(0), stored), at(3, 9, rotate_token(0, 1), rotated),
            at(4, 8, rotate_token(0, 2), rotated)});
}

BOOST_AUTO_TEST_CASE(a_loser_cannot_lose_before_anybody_wins) {
    refuse({at(1, 2, create_token(0), stored), at(3, 4, rotate_token(0, 1), counted(reuse_detected, 0)),
            at(5, 6, rotate_token(0, 2), rotated)});
}

BOOST_AUTO_TEST_CASE(a_look_up_that_races_a_revocation_may_see_either) {
    accept(
        {at(1, 2, create_token(0), stored), at(3, 9, revoke_token(0), revoked), at(4, 5, get_valid_by_hash(0), live)});
    accept({at(1, 2, create_token(0), stored), at(3, 9, revoke_token(0), revoked),
            at(4, 5, get_valid_by_hash(0), not_valid)});
}

BOOST_AUTO_TEST_CASE(a_token_is_not_valid_after_its_revocation_returned) {
    refuse(
        {at(1, 2, create_token(0), stored), at(3, 4, revoke_token(0), revoked), at(5, 6, get_valid_by_hash(0), live)});
    refuse({at(1, 2, create_token(0), stored), at(3, 4, revoke_family(), counted(ended, 1)),
            at(5, 6, get_valid_by_hash(0), live)});
    refuse({at(1, 2, create_token(0), stored), at(3, 4, revoke_all_user_tokens(), counted(ended, 1)),
            at(5, 6, get_valid_by_hash(0), live)});
}

BOOST_AUTO_TEST_CASE(a_token_is_not_listed_after_its_end_returned) {
    accept(
        {at(1, 2, create_token(0), stored), at(3, 8, revoke_family(), counted(ended, 1)), at(4, 9, listed(0), live)});
    refuse(
        {at(1, 2, create_token(0), stored), at(3, 4, revoke_family(), counted(ended, 1)), at(5, 6, listed(0), live)});
    refuse({at(1, 2, create_token(0), stored), at(3, 4, rotate_token(0, 1), rotated), at(5, 6, listed(0), live)});
}

BOOST_AUTO_TEST_CASE(a_token_does_not_rotate_after_its_revocation_returned) {
    refuse(
        {at(1, 2, create_token(0), stored), at(3, 4, revoke_token(0), revoked), at(5, 6, rotate_token(0, 1), rotated)});
    refuse({at(1, 2, create_token(0), stored), at(3, 4, revoke_family(), counted(ended, 1)),
            at(5, 6, rotate_token(0, 1), rotated)});
    refuse({at(1, 2, create_token(0), stored), at(3, 4, revoke_all_user_tokens(), counted(ended, 1)),
            at(5, 6, rotate_token(0, 1), rotated)});
}

BOOST_AUTO_TEST_CASE(a_rotation_does_not_carry_a_session_past_the_end_of_its_family) {
    accept({at(1, 2, create_token(0), stored), at(3, 8, rotate_token(0, 1), rotated),
            at(4, 9, revoke_family(), counted(ended, 1)), at(10, 11, get_valid_by_hash(1), not_valid)});
    refuse({at(1, 2, create_token(0), stored), at(3, 8, rotate_token(0, 1), rotated),
            at(4, 9, revoke_family(), counted(ended, 1)), at(10, 11, get_valid_by_hash(1), live)});
}

BOOST_AUTO_TEST_CASE(a_login_that_races_a_logout_lives_or_dies_by_their_order) {
    accept({at(1, 8, create_token(0), stored), at(2, 9, revoke_all_user_tokens(), counted(ended, 0)),
            at(10, 11, get_valid_by_hash(0), live)});
    accept({at(1, 8, create_token(0), stored), at(2, 9, revoke_all_user_tokens(), counted(ended, 1)),
            at(10, 11, get_valid_by_hash(0), not_valid)});
    refuse({at(1, 8, create_token(0), stored), at(2, 9, revoke_all_user_tokens(), counted(ended, 1)),
            at(10, 11, get_valid_by_hash(0), live)});
    refuse({at(1, 8, create_token(0), stored), at(2, 9, revoke_all_user_tokens(), counted(ended, 0)),
            at(10, 11, get_valid_by_hash(0), not_valid)});
}

BOOST_AUTO_TEST_CASE(a_created_token_is_not_lost) {
    refuse({at(1, 2, create_token(0), stored), at(3, 4, get_by_hash(0), not_found)});
    refuse({at(1, 2, create_token(0), stored), at(3, 4, rotate_token(0, 1), not_found)});
    refuse({at(1, 2, create_token(0), stored), at(3, 4, rotate_token(0, 1), rotated),
            at(5, 6, get_by_hash(1), not_found)});
}

BOOST_AUTO_TEST_CASE(a_token_that_nobody_made_is_not_seen) {
    refuse({at(1, 2, get_by_hash(0), live)});
    refuse({at(1, 2, listed(0), live), at(3, 4, create_token(0), stored)});
}

BOOST_AUTO_TEST_CASE(counts_are_exact) {
    const History two{at(1, 2, create_token(0), stored), at(3, 4, create_token(1), stored)};
    const auto then = [&](const Call& call, const Outcome& outcome) {
        History history = two;
        history.push_back(at(5, 6, call, outcome));
        return history;
    };
    for (const Call& end : {revoke_family(), revoke_all_user_tokens()}) {
        accept(then(end, counted(ended, 2)));
        accept(then(end, {.answer = ended}));
        refuse(then(end, counted(ended, 1)));
        refuse(then(end, counted(ended, 3)));
    }
}

BOOST_AUTO_TEST_CASE(an_ended_token_is_counted_by_one_call_alone) {
    accept({at(1, 2, create_token(0), stored), at(3, 9, revoke_family(), counted(ended, 1)),
            at(4, 8, revoke_all_user_tokens(), counted(ended, 0))});
    refuse({at(1, 2, create_token(0), stored), at(3, 9, revoke_family(), counted(ended, 1)),
            at(4, 8, revoke_all_user_tokens(), counted(ended, 1))});
    refuse({at(1, 2, create_token(0), stored), at(3, 9, revoke_family(), counted(ended, 0)),
            at(4, 8, revoke_all_user_tokens(), counted(ended, 0))});
}

BOOST_AUTO_TEST_CASE(a_read_is_not_older_than_one_that_had_returned) {
    refuse({at(1, 2, create_token(0), stored), at(3, 20, rotate_token(0, 1), rotated),
            at(4, 5, get_by_hash(0), consumed_to(1)), at(6, 7, get_by_hash(0), live)});
    accept({at(1, 2, create_token(0), stored), at(3, 20, rotate_token(0, 1), rotated),
            at(4, 6, get_by_hash(0), consumed_to(1)), at(5, 7, get_by_hash(0), live)});
}

BOOST_AUTO_TEST_CASE(a_consumed_token_names_the_successor_that_won) {
    refuse({at(1, 2, create_token(0), stored), at(3, 4, rotate_token(0, 1), rotated),
            at(5, 6, get_by_hash(0), consumed_to(2))});
}

BOOST_AUTO_TEST_CASE(of_two_that_make_one_hash_one_is_refused) {
    accept({at(1, 9, create_token(0), stored), at(2, 8, create_token(0, 1), already_exists)});
    refuse({at(1, 9, create_token(0), stored), at(2, 8, create_token(0, 1), stored)});
    refuse({at(1, 9, create_token(0), already_exists), at(2, 8, create_token(0, 1), already_exists)});
}

BOOST_AUTO_TEST_CASE(nothing_is_created_in_a_family_whose_end_returned) {
    refuse({at(1, 2, revoke_family(), counted(ended, 0)), at(3, 4, create_token(0), stored)});
    refuse({at(1, 4, revoke_family(), counted(ended, 0)), at(2, 3, create_token(0), stored)});
    accept({at(1, 4, revoke_family(), counted(ended, 1)), at(2, 3, create_token(0), stored)});
    accept({at(1, 4, revoke_family(), counted(ended, 0)), at(2, 3, create_token(0), family_ended)});
}

BOOST_AUTO_TEST_CASE(what_no_order_explains_is_refused_wherever_it_stands) {
    refuse({at(1, 2, create_token(0), Outcome{.unforeseen = "io_error"})});
}

BOOST_AUTO_TEST_CASE(an_unknown_call_may_have_taken_effect_or_not) {
    accept({at(1, 2, create_token(0), stored), unknown_from(3, revoke_token(0)), at(5, 6, get_valid_by_hash(0), live)});
    accept({at(1, 2, create_token(0), stored), unknown_from(3, revoke_token(0)),
            at(5, 6, get_valid_by_hash(0), not_valid)});
    refuse({at(1, 2, create_token(0), stored), at(5, 6, get_valid_by_hash(0), not_valid)});
}

BOOST_AUTO_TEST_CASE(an_unknown_call_may_take_effect_long_afterwards_but_once) {
    accept({at(1, 2, create_token(0), stored), unknown_from(3, revoke_token(0)), at(5, 6, get_valid_by_hash(0), live),
            at(20, 21, get_valid_by_hash(0), not_valid)});
    refuse({at(1, 2, create_token(0), stored), unknown_from(3, revoke_token(0)),
            at(5, 6, get_valid_by_hash(0), not_valid), at(20, 21, get_valid_by_hash(0), live)});
}

BOOST_AUTO_TEST_CASE(an_unknown_call_takes_no_effect_before_it_began) {
    refuse({at(1, 2, create_token(0), stored), at(3, 4, get_valid_by_hash(0), not_valid),
            unknown_from(5, revoke_token(0))});
}

BOOST_AUTO_TEST_CASE(two_unknown_calls_explain_what_one_cannot) {
    const History history{at(1, 2, create_token(0), stored), at(3, 4, create_token(1, 1), stored),
                          at(10, 11, get_by_hash(0), because(revoked, Reason::family_revoked)),
                          at(12, 13, get_by_hash(1), because(revoked, Reason::family_revoked))};
    auto with_one = history;
    with_one.push_back(unknown_from(5, revoke_family(0)));
    refuse(with_one);
    auto with_two = with_one;
    with_two.push_back(unknown_from(6, revoke_family(1)));
    accept(with_two);
}

BOOST_AUTO_TEST_CASE(an_honest_retry_of_an_unknown_rotation_is_no_replay) {
    accept({at(1, 2, create_token(0), stored), unknown_from(3, rotate_token(0, 1)),
            at(5, 6, get_by_hash(0), consumed_to(1)), at(7, 8, rotate_token(0, 2), rotated),
            at(9, 10, get_by_hash(1), consumed_to(2))});
    refuse({at(1, 2, create_token(0), stored), unknown_from(3, rotate_token(0, 1)),
            at(5, 6, get_by_hash(0), consumed_to(1)), at(7, 8, rotate_token(0, 2), counted(reuse_detected, 1))});
    refuse({at(1, 2, create_token(0), stored), unknown_from(3, rotate_token(0, 1)),
            at(7, 8, rotate_token(0, 2), rotated), at(9, 10, rotate_token(0, 3), rotated)});
}

BOOST_AUTO_TEST_CASE(an_unknown_create_may_come_true_under_a_later_one) {
    accept({unknown_from(1, create_token(0)), at(5, 6, create_token(0), already_exists)});
    accept({unknown_from(1, create_token(0)), at(5, 6, create_token(0), stored)});
    refuse({unknown_from(1, create_token(0)), at(5, 6, create_token(0), already_exists),
            at(7, 8, get_by_hash(0), not_found)});
}

BOOST_AUTO_TEST_CASE(many_threads_at_once_are_checked_in_no_time) {
    // Eight rotations of one token and eight logins under way at once, and every look-up there is.
    History history{at(1, 2, create_token(0), stored)};
    for (TokenNumber i = 1; i <= 8; ++i) {
        const Outcome refused{.answer = revoked, .live_ended = 0, .reason = Reason::reuse_detected};
        history.push_back(at(3, 100, rotate_token(0, i),
                             i == 1   ? Outcome{.answer = rotated}
                             : i == 2 ? counted(reuse_detected, 1)
                                      : refused));
        history.push_back(at(3, 100, create_token(10 + i, 1), stored));
        history.push_back(at(50, 60, get_by_hash(10 + i), live));
    }
    accept(history);
    history.push_back(at(101, 102, get_valid_by_hash(1), live));
    refuse(history);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
