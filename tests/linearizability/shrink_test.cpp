// What remains of violations written by hand, amid calls that have nothing to do with them.
#include <algorithm>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "linearizability/checker.hpp"
#include "linearizability/hand_written.hpp"
#include "linearizability/shrink.hpp"

namespace tokenstore::test {
namespace {

using enum Answer;

/// The calls of the shrunk history, in the order in which they began.
std::vector<Call> calls_left(const History& history) {
    BOOST_TEST_REQUIRE(!is_linearizable(history));
    History shrunk = shrink(history);
    BOOST_TEST_MESSAGE(to_string(shrunk));
    std::ranges::sort(shrunk, {}, [](const RecordedCall& recorded) { return recorded.span.begin; });
    std::vector<Call> calls;
    for (const RecordedCall& recorded : shrunk) calls.push_back(recorded.call);
    return calls;
}

BOOST_AUTO_TEST_SUITE(shrinking)

BOOST_AUTO_TEST_CASE(two_winners_are_all_that_remains) {
    const History history{
        at(1, 2, create_token(0), stored),
        at(3, 4, create_token(1, 1), stored),
        at(5, 6, create_token(2), stored),
        at(7, 8, rotate_token(1, 11), rotated),
        at(9, 10, rotate_token(2, 12), rotated),
        at(11, 30, rotate_token(0, 13), rotated),
        at(12, 31, rotate_token(0, 14), rotated),
        at(13, 14, get_by_hash(11), live),
        at(15, 16, revoke_all_user_tokens(1), counted(ended, 0)),
        at(17, 18, rotate_token(1, 15), counted(reuse_detected, 1)),
        at(32, 33, revoke_family(), counted(ended, 2)),
        at(34, 35, create_token(20), family_ended),
    };
    const std::vector<Call> expected{create_token(0), rotate_token(0, 13), rotate_token(0, 14)};
    BOOST_TEST((calls_left(history) == expected));
}

BOOST_AUTO_TEST_CASE(a_family_that_took_part_in_a_count_goes_without_it) {
    const History history{
        at(1, 2, create_token(0), stored),
        at(3, 4, create_token(1, 1), stored),
        at(5, 6, revoke_all_user_tokens(), counted(ended, 2)),
        at(7, 8, get_valid_by_hash(1), live),
    };
    const std::vector<Call> expected{create_token(1, 1), revoke_all_user_tokens(), get_valid_by_hash(1)};
    BOOST_TEST((calls_left(history) == expected));
}

BOOST_AUTO_TEST_CASE(a_wrong_count_keeps_what_was_to_be_counted) {
    const History history{
        at(1, 2, create_token(0), stored),
        at(3, 4, create_token(1), stored),
        at(5, 6, get_by_hash(0), live),
        at(7, 8, revoke_family(), counted(ended, 1)),
    };
    const std::vector<Call> expected{create_token(0), create_token(1), revoke_family()};
    BOOST_TEST((calls_left(history) == expected));
}

BOOST_AUTO_TEST_CASE(an_end_that_explains_a_refusal_stays) {
    const History history{
        at(1, 2, create_token(0), stored),
        at(3, 4, revoke_family(), counted(ended, 1)),
        at(5, 6, get_valid_by_hash(0), not_valid),
        at(7, 8, get_valid_by_hash(0), live),
    };
    const std::vector<Call> expected{create_token(0), revoke_family(), get_valid_by_hash(0)};
    BOOST_TEST((calls_left(history) == expected));
}

BOOST_AUTO_TEST_CASE(a_chain_begins_where_it_matters) {
    const History history{
        at(1, 2, create_token(0, 1, 1), stored), at(3, 4, rotate_token(0, 1), rotated),
        at(5, 6, rotate_token(1, 2), rotated),   at(7, 8, rotate_token(2, 3), rotated),
        at(9, 10, get_valid_by_hash(2), live),
    };
    const std::vector<Call> expected{create_token(2, 1, 1), rotate_token(2, 3), get_valid_by_hash(2)};
    BOOST_TEST((calls_left(history) == expected));
}

BOOST_AUTO_TEST_CASE(of_the_alarms_of_one_family_the_first_is_enough) {
    const Outcome refused{.answer = revoked, .live_ended = 0, .reason = Reason::reuse_detected};
    const History history{
        at(1, 2, create_token(0), stored),
        at(3, 4, rotate_token(0, 1), rotated),
        at(5, 6, rotate_token(0, 2), counted(reuse_detected, 1)),
        at(7, 8, rotate_token(0, 3), refused),
        at(9, 10, rotate_token(1, 4), refused),
        at(11, 12, get_valid_by_hash(1), live),
    };
    const std::vector<Call> expected{create_token(0), rotate_token(0, 1), rotate_token(0, 2), get_valid_by_hash(1)};
    BOOST_TEST((calls_left(history) == expected));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
