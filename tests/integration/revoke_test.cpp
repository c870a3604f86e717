// revoke_token, revoke_family and revoke_all_user_tokens: what they end, what they count, and how long it holds.
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/index_checker.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

using boost::test_tools::per_element;

constexpr std::int64_t grace_us = Options().reclaim_grace_us;

/// Tokens hold for ten days at most, so that a test can outlive them step by step.
Options with_short_lifetimes() {
    Options options;
    options.longest_token_lifetime_us = 10 * day_us;
    options.reclaim_interval_us = hour_us;
    return options;
}

struct RevokeFixture : StoreFixture {
    using StoreFixture::StoreFixture;

    void check_sound() {
        must(store.close());
        BOOST_TEST(check_closed_store(directory()) == "");
        reopen();
    }

    /// User 1: live 1, 2 and 13 (rotated from 3) in family 1, live 4 in family 2, the rest of family 2 dead.
    /// User 2: live 7 in family 3.
    void fill() {
        create(5, {.user = 1, .family = 2, .lifetime_us = hour_us});
        clock.advance_us(hour_us);  // 5 has expired
        create(1, {.user = 1, .family = 1});
        create(2, {.user = 1, .family = 1});
        create(3, {.user = 1, .family = 1});
        rotate(3, 13);
        create(4, {.user = 1, .family = 2});
        create(6, {.user = 1, .family = 2});
        revoke(6);
        create(7, {.user = 2, .family = 3});
    }

    /// Steps through the time until long after the last expiry. Whenever a token is there, it is revoked.
    void check_revoked_for_as_long_as_stored(const std::vector<std::uint64_t>& numbers, std::int64_t until_us) {
        bool all_gone = false;
        while (clock.wall_us() < until_us) {
            clock.advance_us(6 * hour_us);
            must(store.maintain());
            flush_and_compact();
            all_gone = true;
            for (const auto number : numbers) {
                const auto now = state(number);
                if (!now) continue;
                all_gone = false;
                BOOST_TEST_CONTEXT("token " << number) { BOOST_REQUIRE(now == TokenState::revoked); }
            }
        }
        BOOST_TEST(all_gone);
    }
};

struct ShortLifetimes : RevokeFixture {
    ShortLifetimes() : RevokeFixture(with_short_lifetimes()) {}
};

BOOST_FIXTURE_TEST_SUITE(revoke, RevokeFixture)

BOOST_AUTO_TEST_CASE(a_revoked_token_is_stored_as_such_and_its_neighbours_live_on) {
    create(1, {.user = 1, .family = 1});
    create(2, {.user = 1, .family = 1});
    clock.advance_us(minute_us);
    const auto revoked_at_us = clock.wall_us();
    BOOST_TEST(revoke(1) == RevokeTokenOutcome::revoked);
    clock.advance_us(minute_us);
    BOOST_TEST(revoke(1) == RevokeTokenOutcome::already_revoked);
    BOOST_TEST(must(store.revoke_token(make_hash(1))) == RevokeTokenOutcome::already_revoked);
    BOOST_TEST(revoke(9) == RevokeTokenOutcome::not_found);
    reopen();
    const auto judged = get(1).value();
    BOOST_TEST((judged.revocation == Revocation{RevocationReason::token_revoked, revoked_at_us}));
    BOOST_TEST(judged.token.revoked);
    BOOST_TEST((judged.token.revoked_at_us == revoked_at_us));
    BOOST_TEST((judged.token.updated_at_us == revoked_at_us));
    BOOST_TEST(session_hashes(1) == hashes_of({2}), per_element());
    create(3, {.user = 1, .family = 1});  // the family goes on
    BOOST_TEST(counts().live == 2U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(revoking_a_consumed_token_leaves_its_successor_alive_and_its_replay_an_alarm) {
    create(1);
    rotate(1, 2);
    BOOST_TEST(revoke(1) == RevokeTokenOutcome::already_consumed);
    BOOST_TEST(must(store.revoke_token(make_hash(1))) == RevokeTokenOutcome::already_consumed);
    BOOST_TEST(session_hashes(1) == hashes_of({2}), per_element());
    BOOST_TEST(statistics().tokens_revoked == 0U);
    check_sound();
    const auto alarm = rotate(1, 3);
    BOOST_TEST(alarm.outcome == RotateOutcome::reuse_detected);
    BOOST_TEST(alarm.live_tokens_ended == 1U);
    BOOST_TEST(revoke(1) == RevokeTokenOutcome::already_revoked);
}

BOOST_AUTO_TEST_CASE(a_family_end_counts_its_live_tokens_exactly_and_once) {
    fill();
    const auto first = revoke_family(1);
    BOOST_TEST(first.newly_ended);
    BOOST_TEST(first.live_ended.value() == 3U);
    const auto second = revoke_family(1);
    BOOST_TEST(!second.newly_ended);
    BOOST_TEST(second.live_ended.value() == 0U);
    for (const std::uint64_t number : {1U, 2U, 3U, 13U}) {
        BOOST_TEST(get(number)->revocation == (Revocation{RevocationReason::family_revoked, clock.wall_us()}));
    }
    BOOST_TEST(session_hashes(1) == hashes_of({4}), per_element());
    BOOST_TEST(is_valid(7));
    BOOST_TEST(statistics().families_ended == 1U);
    // What the family's end took is not the user's to count again.
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
    BOOST_TEST(revoke_family(2).live_ended.value() == 0U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_user_end_counts_the_live_tokens_of_all_families_exactly_and_once) {
    fill();
    const auto first = revoke_user(1);
    BOOST_TEST(first.newly_ended);
    BOOST_TEST(first.live_ended.value() == 4U);
    BOOST_TEST(revoke_user(1).live_ended.value() == 0U);
    BOOST_TEST(sessions(1).sessions.empty());
    for (const std::uint64_t number : {1U, 2U, 3U, 4U, 5U, 13U}) {
        BOOST_TEST(get(number)->revocation == (Revocation{RevocationReason::user_revoked, clock.wall_us()}));
    }
    BOOST_TEST(get(6)->revocation->reason == RevocationReason::token_revoked);
    BOOST_TEST(session_hashes(2) == hashes_of({7}), per_element());
    const auto family = revoke_family(1);  // nothing of it was live any more, yet it was not ended itself
    BOOST_TEST(family.newly_ended);
    BOOST_TEST(family.live_ended.value() == 0U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(without_counting_the_end_is_the_same_and_the_count_is_absent) {
    fill();
    const auto family = revoke_family(1, Counting::skip);
    BOOST_TEST(family.newly_ended);
    BOOST_TEST(!family.live_ended);
    BOOST_TEST(!revoke_family(1, Counting::skip).newly_ended);
    BOOST_TEST(session_hashes(1) == hashes_of({4}), per_element());
    const auto user = revoke_user(1, Counting::skip);
    BOOST_TEST(user.newly_ended);
    BOOST_TEST(!user.live_ended);
    BOOST_TEST(sessions(1).sessions.empty());
    BOOST_TEST(counts().live == 1U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(an_unknown_family_is_ended_and_stays_so) {
    const auto result = revoke_family(1);
    BOOST_TEST(result.newly_ended);
    BOOST_TEST(result.live_ended.value() == 0U);
    reopen();
    BOOST_TEST(error_of(store.create_token(new_token(1))).code == ErrorCode::family_ended);
    BOOST_TEST(!revoke_family(1).newly_ended);
    BOOST_TEST(!get(1));
}

BOOST_AUTO_TEST_CASE(an_unknown_user_is_ended_and_can_log_in) {
    BOOST_TEST(revoke_user(1).live_ended.value() == 0U);
    create(1);
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_user_logs_out_and_in_again_any_number_of_times_within_one_microsecond) {
    for (std::uint64_t login = 1; login <= 20; ++login) {
        create(login, {.user = 1, .family = login});
        BOOST_TEST(session_hashes(1) == hashes_of({login}), per_element());
        if (login % 5 == 0) reopen();
        BOOST_TEST(is_valid(login));
        BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
        BOOST_TEST(!is_valid(login));
    }
    create(21, {.user = 1, .family = 1});  // a family that was not ended itself
    BOOST_TEST(is_valid(21));
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_changes_nothing_about_what_a_user_end_covers) {
    create(1, {.user = 1, .family = 1});
    clock.jump_us(-hour_us);
    reopen();
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);  // issued an hour later, by the clock
    BOOST_TEST(!is_valid(1));
    clock.jump_us(-hour_us);
    create(2, {.user = 1, .family = 2});
    reopen();
    BOOST_TEST(is_valid(2));
    BOOST_TEST(!is_valid(1));
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_rotation_does_not_carry_a_token_across_its_users_end) {
    create(1);
    revoke_user(1);
    BOOST_TEST(rotate(1, 2).outcome == RotateOutcome::revoked);
    BOOST_TEST(!get(2));
    BOOST_TEST(revoke(1) == RevokeTokenOutcome::already_revoked);
}

BOOST_AUTO_TEST_CASE(ends_hold_after_reopen_flush_and_compaction) {
    fill();
    revoke_family(1);
    revoke_user(2);
    revoke(4);
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST_CONTEXT("round " << round) {
            for (const std::uint64_t number : {1U, 2U, 3U, 4U, 13U, 7U}) {
                BOOST_TEST(state(number) == TokenState::revoked);
                BOOST_TEST(!is_valid(number));
            }
            BOOST_TEST(error_of(store.create_token(new_token(50))).code == ErrorCode::family_ended);
            BOOST_TEST(sessions(1).sessions.empty());
            BOOST_TEST(sessions(2).sessions.empty());
            BOOST_TEST(revoke_family(1).live_ended.value() == 0U);
        }
        if (round == 0) reopen();
        flush_and_compact();
    }
    check_sound();
}

BOOST_FIXTURE_TEST_CASE(an_end_outlives_every_token_that_it_covers, ShortLifetimes) {
    const auto until_us = clock.wall_us() + 14 * day_us;
    create(1, {.user = 1, .family = 1, .lifetime_us = 10 * day_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = 10 * day_us});
    create(3, {.user = 3, .family = 3, .lifetime_us = 10 * day_us});
    rotate(3, 4, 10 * day_us);
    create(5, {.user = 5, .family = 5, .lifetime_us = 10 * day_us});
    rotate(5, 6, 1);
    rotate(5, 7, hour_us);  // the replay ends the family
    revoke_family(1);
    revoke_user(2);
    revoke_user(3);
    check_revoked_for_as_long_as_stored({1, 2, 3, 4, 5, 6}, until_us);
}

BOOST_FIXTURE_TEST_CASE(an_end_outlives_tokens_issued_while_longer_lifetimes_were_allowed, ShortLifetimes) {
    const auto until_us = clock.wall_us() + 10 * day_us + 2 * grace_us;
    create(1, {.user = 1, .family = 1, .lifetime_us = 10 * day_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = 10 * day_us});
    must(store.close());
    options.longest_token_lifetime_us = hour_us;
    reopen();
    revoke_family(1);
    revoke_user(2);
    check_revoked_for_as_long_as_stored({1, 2}, until_us);
}

BOOST_FIXTURE_TEST_CASE(a_family_ended_before_its_first_token_refuses_it_for_as_long_as_one_could_live,
                        ShortLifetimes) {
    revoke_family(1);
    const auto until_us = clock.wall_us() + options.longest_token_lifetime_us;
    while (clock.wall_us() < until_us) {
        clock.advance_us(12 * hour_us);
        must(store.maintain());
        flush_and_compact();
        const Login login{.user = 1, .family = 1, .lifetime_us = day_us};
        BOOST_TEST(error_of(store.create_token(new_token(1, login))).code == ErrorCode::family_ended);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
