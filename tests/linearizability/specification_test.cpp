// The specification, one call after the other.
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "linearizability/hand_written.hpp"
#include "linearizability/specification.hpp"

namespace tokenstore::test {
namespace {

using enum Answer;

/// The answers to these calls, in a store that was empty before.
struct Alone {
    Outcome make(const Call& call, Delivery delivery = Delivery::delivered) {
        auto step = apply(state, call, delivery);
        state = std::move(step.next);
        return step.outcome;
    }

    Answer answer(const Call& call) { return make(call).answer; }

    void make_all(const std::vector<Call>& calls) {
        for (const Call& call : calls) make(call);
    }

    StoreState state;
};

BOOST_FIXTURE_TEST_SUITE(specification, Alone)

BOOST_AUTO_TEST_CASE(a_created_token_is_live) {
    BOOST_TEST((answer(create_token(0)) == stored));
    BOOST_TEST((make(get_by_hash(0)) == Outcome{.answer = live}));
    BOOST_TEST((answer(get_valid_by_hash(0)) == live));
    BOOST_TEST((answer(listed(0)) == live));
}

BOOST_AUTO_TEST_CASE(an_unknown_token_is_not_found) {
    BOOST_TEST((answer(get_by_hash(0)) == not_found));
    BOOST_TEST((answer(get_valid_by_hash(0)) == not_valid));
    BOOST_TEST((answer(rotate_token(0, 1)) == not_found));
    BOOST_TEST((answer(revoke_token(0)) == not_found));
    BOOST_TEST((state == StoreState{}));
}

BOOST_AUTO_TEST_CASE(a_live_token_rotates_and_its_successor_lives) {
    make(create_token(0));
    BOOST_TEST((make(rotate_token(0, 1)) == Outcome{.answer = rotated}));
    BOOST_TEST((make(get_by_hash(0)) == consumed_to(1)));
    BOOST_TEST((answer(get_valid_by_hash(0)) == not_valid));
    BOOST_TEST((answer(get_by_hash(1)) == live));
}

BOOST_AUTO_TEST_CASE(a_replay_is_the_alarm_and_ends_the_family_with_all_its_chains) {
    make_all({create_token(0), create_token(5), create_token(6, 1), rotate_token(0, 1)});
    BOOST_TEST((make(rotate_token(0, 2)) == counted(reuse_detected, 2)));
    const Outcome rotated_and_ended{.answer = revoked, .successor = 1, .reason = Reason::reuse_detected};
    BOOST_TEST((make(get_by_hash(0)) == rotated_and_ended));
    BOOST_TEST((make(get_by_hash(1)) == because(revoked, Reason::reuse_detected)));
    BOOST_TEST((answer(get_by_hash(5)) == revoked));
    BOOST_TEST((answer(get_by_hash(6)) == live));
    BOOST_TEST((answer(get_by_hash(2)) == not_found));
}

BOOST_AUTO_TEST_CASE(a_revoked_token_that_is_presented_ends_its_family_without_the_alarm) {
    make_all({create_token(0), create_token(1), revoke_token(0)});
    const Outcome refused{.answer = revoked, .live_ended = 1, .reason = Reason::token_revoked};
    BOOST_TEST((make(rotate_token(0, 2)) == refused));
    BOOST_TEST((make(get_by_hash(0)) == because(revoked, Reason::token_revoked)));
    BOOST_TEST((make(get_by_hash(1)) == because(revoked, Reason::revoked_presented)));
}

BOOST_AUTO_TEST_CASE(a_rotation_to_a_stored_hash_changes_nothing_if_the_presented_token_lives) {
    make_all({create_token(0), create_token(1, 1)});
    const auto before = state;
    BOOST_TEST((answer(rotate_token(0, 1)) == already_exists));
    BOOST_TEST((answer(rotate_token(0, 0)) == already_exists));
    BOOST_TEST((state == before));
    make(rotate_token(0, 2));
    BOOST_TEST((answer(rotate_token(0, 1)) == reuse_detected));
}

BOOST_AUTO_TEST_CASE(a_revoked_token_does_not_come_back) {
    make(create_token(0));
    BOOST_TEST((answer(revoke_token(0)) == revoked));
    BOOST_TEST((answer(revoke_token(0)) == already_revoked));
    BOOST_TEST((answer(get_valid_by_hash(0)) == not_valid));
}

BOOST_AUTO_TEST_CASE(revoking_a_consumed_token_leaves_it_consumed) {
    make_all({create_token(0), rotate_token(0, 1)});
    BOOST_TEST((answer(revoke_token(0)) == already_consumed));
    BOOST_TEST((answer(get_by_hash(1)) == live));
}

BOOST_AUTO_TEST_CASE(a_familys_end_is_final_and_counted_once) {
    make_all({create_token(0), create_token(1)});
    BOOST_TEST((make(revoke_family()) == counted(ended, 2)));
    BOOST_TEST((make(revoke_family()) == counted(ended_before, 0)));
    BOOST_TEST((answer(create_token(2)) == family_ended));
    BOOST_TEST((make(get_by_hash(0)) == because(revoked, Reason::family_revoked)));
    BOOST_TEST((make(rotate_token(0, 3)).live_ended == 0U));
}

BOOST_AUTO_TEST_CASE(a_family_can_be_ended_before_its_first_token) {
    BOOST_TEST((make(revoke_family()) == counted(ended, 0)));
    BOOST_TEST((answer(create_token(0)) == family_ended));
}

BOOST_AUTO_TEST_CASE(a_users_end_covers_what_was_issued_before_it) {
    make_all({create_token(0), create_token(1, 1), create_token(2, 2, 1)});
    BOOST_TEST((make(revoke_all_user_tokens()) == counted(ended, 2)));
    BOOST_TEST((answer(create_token(3)) == stored));
    BOOST_TEST((make(get_by_hash(0)) == because(revoked, Reason::user_revoked)));
    BOOST_TEST((answer(get_by_hash(2)) == live));
    BOOST_TEST((answer(get_by_hash(3)) == live));
    BOOST_TEST((make(revoke_all_user_tokens()) == counted(ended, 1)));
}

BOOST_AUTO_TEST_CASE(a_family_has_one_user_and_a_hash_one_token) {
    make(create_token(0));
    BOOST_TEST((answer(create_token(1, 0, 1)) == family_of_another_user));
    BOOST_TEST((answer(create_token(0)) == already_exists));
    BOOST_TEST((answer(create_token(0, 1, 1)) == already_exists));
}

BOOST_AUTO_TEST_CASE(a_reason_is_the_tokens_own_end_before_its_familys_before_its_users) {
    make_all({create_token(0), create_token(1), revoke_all_user_tokens()});
    BOOST_TEST((make(get_by_hash(1)) == because(revoked, Reason::user_revoked)));
    make(revoke_family());
    BOOST_TEST((make(get_by_hash(1)) == because(revoked, Reason::family_revoked)));
    make_all({create_token(2, 1), revoke_token(2), revoke_family(1)});
    BOOST_TEST((make(get_by_hash(2)) == because(revoked, Reason::token_revoked)));
}

BOOST_AUTO_TEST_CASE(an_undelivered_rotation_is_taken_up_once_by_an_honest_retry) {
    make(create_token(0));
    make(rotate_token(0, 1), Delivery::lost);
    BOOST_TEST((answer(rotate_token(0, 2)) == rotated));
    BOOST_TEST((make(get_by_hash(0)) == consumed_to(1)));
    BOOST_TEST((make(get_by_hash(1)) == consumed_to(2)));
    BOOST_TEST((answer(get_by_hash(2)) == live));
    BOOST_TEST((answer(rotate_token(0, 3)) == reuse_detected));
}

BOOST_AUTO_TEST_CASE(an_undelivered_rotation_of_an_undelivered_rotation_is_taken_up_at_its_end) {
    make(create_token(0));
    make(rotate_token(0, 1), Delivery::lost);
    make(rotate_token(0, 2), Delivery::lost);
    BOOST_TEST((answer(rotate_token(0, 3)) == rotated));
    BOOST_TEST((make(get_by_hash(2)) == consumed_to(3)));
    BOOST_TEST((answer(rotate_token(1, 4)) == reuse_detected));
}

BOOST_AUTO_TEST_CASE(a_retry_is_a_replay_once_somebody_has_rotated_the_successor) {
    make(create_token(0));
    make(rotate_token(0, 1), Delivery::lost);
    BOOST_TEST((answer(rotate_token(1, 2)) == rotated));
    BOOST_TEST((answer(rotate_token(0, 3)) == reuse_detected));
}

BOOST_AUTO_TEST_CASE(a_count_that_was_not_asked_for_agrees_with_any) {
    BOOST_TEST(agrees({.answer = ended}, counted(ended, 3)));
    BOOST_TEST(agrees(counted(ended, 3), counted(ended, 3)));
    BOOST_TEST(!agrees(counted(ended, 2), counted(ended, 3)));
    BOOST_TEST(!agrees({.answer = ended_before}, counted(ended, 3)));
    BOOST_TEST(!agrees(counted(stored, 1), {.answer = stored}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
