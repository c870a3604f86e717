#include "model/token_state.hpp"

#include <cstdint>
#include <limits>
#include <optional>

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::model {
namespace {

using test::make_token;

constexpr std::int64_t now_us = test::ManualClock::first_wall_us;
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

FamilyEnd family_end() { return {.ended_at_us = now_us - 2, .reason = RevocationReason::reuse_detected}; }

UserEnd user_end_at(std::int64_t stamp_us) { return {.ended_at_us = now_us - 1, .stamp_us = stamp_us}; }

BOOST_AUTO_TEST_SUITE(token_state)

BOOST_AUTO_TEST_CASE(a_token_is_expired_from_its_very_expiry_on) {
    BOOST_TEST(!is_expired(now_us, now_us - 1));
    BOOST_TEST(is_expired(now_us, now_us));
    BOOST_TEST(is_expired(now_us, now_us + 1));
    BOOST_TEST(is_expired(lowest, lowest));
    BOOST_TEST(!is_expired(highest, highest - 1));
    BOOST_TEST(!is_expired(highest, lowest));
}

BOOST_AUTO_TEST_CASE(a_users_end_covers_what_was_issued_up_to_its_stamp) {
    BOOST_TEST(covers(user_end_at(1000), 999));
    BOOST_TEST(covers(user_end_at(1000), 1000));
    BOOST_TEST(!covers(user_end_at(1000), 1001));
    BOOST_TEST(covers(user_end_at(0), lowest));
    BOOST_TEST(!covers(user_end_at(0), highest));
}

BOOST_AUTO_TEST_CASE(a_token_with_no_end_has_no_revocation) {
    BOOST_TEST(!revocation_of(make_token(), {}).has_value());
}

BOOST_AUTO_TEST_CASE(a_tokens_own_end_comes_before_its_familys_and_that_before_its_users) {
    auto token = make_token();
    Ends ends{.family = std::nullopt, .user = user_end_at(token.issue_stamp_us)};
    BOOST_TEST(revocation_of(token, ends) == Revocation({RevocationReason::user_revoked, now_us - 1}));

    ends.family = family_end();
    BOOST_TEST(revocation_of(token, ends) == Revocation({RevocationReason::reuse_detected, now_us - 2}));

    token.revoked = true;
    token.revoked_at_us = now_us - 3;
    BOOST_TEST(revocation_of(token, ends) == Revocation({RevocationReason::token_revoked, now_us - 3}));
}

BOOST_AUTO_TEST_CASE(a_familys_end_gives_the_reason_it_was_ended_for) {
    for (const auto reason :
         {RevocationReason::family_revoked, RevocationReason::reuse_detected, RevocationReason::revoked_presented}) {
        const Ends ends{.family = FamilyEnd{.ended_at_us = 7, .reason = reason}, .user = std::nullopt};
        BOOST_TEST(revocation_of(make_token(), ends) == Revocation({reason, 7}));
    }
}

BOOST_AUTO_TEST_CASE(a_familys_end_covers_tokens_issued_after_it) {
    auto token = make_token();
    token.issue_stamp_us = highest;
    BOOST_TEST(state_of(token, {.family = family_end(), .user = std::nullopt}, now_us) == TokenState::revoked);
}

BOOST_AUTO_TEST_CASE(a_token_ended_at_an_unknown_time_is_revoked_all_the_same) {
    auto token = make_token();
    token.revoked = true;
    BOOST_TEST(revocation_of(token, {}) == Revocation({RevocationReason::token_revoked, std::nullopt}));
    BOOST_TEST(state_of(token, {}, now_us) == TokenState::revoked);
}

// What a time of an end alone means is nothing: the flag decides.
BOOST_AUTO_TEST_CASE(a_time_without_the_flag_revokes_nothing) {
    auto token = make_token();
    token.revoked_at_us = now_us - 1;
    BOOST_TEST(state_of(token, {}, now_us) == TokenState::live);
}

BOOST_AUTO_TEST_CASE(the_first_state_that_applies_is_the_state) {
    for (unsigned bits = 0; bits < 32; ++bits) {
        const bool revoked = (bits & 1U) != 0;
        const bool family_ended = (bits & 2U) != 0;
        const bool user_ended = (bits & 4U) != 0;
        const bool consumed = (bits & 8U) != 0;
        const bool expired = (bits & 16U) != 0;

        auto token = make_token();
        token.revoked = revoked;
        if (consumed) token.consumed_at_us = now_us - 5;
        token.expires_at_us = expired ? now_us : now_us + 1;
        Ends ends;
        if (family_ended) ends.family = family_end();
        if (user_ended) ends.user = user_end_at(token.issue_stamp_us);

        const auto expected = revoked || family_ended || user_ended ? TokenState::revoked
                              : consumed                            ? TokenState::consumed
                              : expired                             ? TokenState::expired
                                                                    : TokenState::live;
        BOOST_TEST(state_of(token, ends, now_us) == expected, "bits " << bits);

        const auto judged = judge(token, ends, now_us);
        BOOST_TEST(judged.token == token);
        BOOST_TEST(judged.state == expected, "bits " << bits);
        BOOST_TEST(judged.revocation == revocation_of(token, ends));
        BOOST_TEST(judged.revocation.has_value() == (expected == TokenState::revoked), "bits " << bits);
    }
}

BOOST_AUTO_TEST_CASE(a_users_end_from_before_the_login_leaves_the_token_live) {
    const auto token = make_token();
    const Ends ends{.family = std::nullopt, .user = user_end_at(token.issue_stamp_us - 1)};
    BOOST_TEST(state_of(token, ends, now_us) == TokenState::live);
    BOOST_TEST(!judge(token, ends, now_us).revocation.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::model
