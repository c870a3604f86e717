// rotate_token end to end: the table at RotateOutcome, and what each row of it leaves on disk.
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/index_checker.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

using boost::test_tools::per_element;

struct RotateFixture : StoreFixture {
    [[nodiscard]] StoredRecords records() {
        must(store.close());
        const auto read = read_closed_store(directory());
        for (const auto& sentence : find_disagreements(read)) BOOST_ERROR(sentence);
        reopen();
        return read;
    }

    static void check_equal(const StoredRecords& left, const StoredRecords& right) {
        BOOST_TEST((left.tokens == right.tokens));
        BOOST_TEST((left.by_family == right.by_family));
        BOOST_TEST((left.by_user == right.by_user));
        BOOST_TEST((left.family_ends == right.family_ends));
        BOOST_TEST((left.user_ends == right.user_ends));
        BOOST_TEST((left.listed_family_ends == right.listed_family_ends));
    }

    void check_sound() { static_cast<void>(records()); }
};

BOOST_FIXTURE_TEST_SUITE(rotate_token, RotateFixture)

BOOST_AUTO_TEST_CASE(a_live_token_is_consumed_and_its_successor_takes_its_place_in_every_record) {
    const auto first = create(1);
    clock.advance_us(minute_us);
    const auto result = rotate(1, 2, hour_us);

    Token consumed = first;
    consumed.consumed_at_us = clock.wall_us();
    consumed.updated_at_us = clock.wall_us();
    consumed.successor = make_hash(2);
    BOOST_TEST(result.outcome == RotateOutcome::rotated);
    BOOST_TEST(result.predecessor.value() == consumed);
    BOOST_TEST(!result.revocation);
    BOOST_TEST(result.live_tokens_ended == 0U);

    const Token successor = result.successor.value();
    BOOST_TEST(successor.hash == make_hash(2));
    BOOST_TEST(successor.chain_id == first.id);
    BOOST_TEST(successor.id > first.id);
    BOOST_TEST(successor.user_id == first.user_id);
    BOOST_TEST(successor.family_id == first.family_id);
    BOOST_TEST(successor.created_at_us == clock.wall_us());
    BOOST_TEST(successor.expires_at_us == clock.wall_us() + hour_us);
    BOOST_TEST(successor.issue_stamp_us > first.issue_stamp_us);
    BOOST_TEST((successor.predecessor == make_hash(1)));
    BOOST_TEST((!successor.updated_at_us && !successor.consumed_at_us && !successor.successor && !successor.revoked));

    BOOST_TEST(state(1) == TokenState::consumed);
    BOOST_TEST(get(1)->token == consumed);
    BOOST_TEST(must(store.get_valid_by_hash(make_hash(2))) == successor);
    BOOST_TEST(statistics().rotated == 1U);

    const auto stored = records();
    BOOST_TEST(stored.tokens.size() == 2U);
    BOOST_TEST(stored.tokens.at(make_hash(1)) == consumed);
    BOOST_TEST(stored.tokens.at(make_hash(2)) == successor);
    BOOST_TEST(stored.by_user.size() == 1U);
    BOOST_TEST(stored.by_family.size() == 1U);
    BOOST_TEST(stored.by_user.at({first.user_id, first.id}).tip == make_hash(2));
    BOOST_TEST(stored.by_user.at({first.user_id, first.id}).expires_at_us == successor.expires_at_us);
    BOOST_TEST(stored.by_family.at({first.family_id, first.id}).expires_at_us == successor.expires_at_us);
    BOOST_TEST(stored.family_ends.empty());
}

BOOST_AUTO_TEST_CASE(a_refusal_without_an_end_writes_nothing) {
    create(1);
    create(2, {.user = 1, .family = 1});
    create(3, {.user = 3, .family = 3, .lifetime_us = hour_us});
    clock.advance_us(hour_us);
    const auto before = records();

    BOOST_TEST(rotate(9, 10).outcome == RotateOutcome::not_found);
    BOOST_TEST(!rotate(9, 10).predecessor);
    const auto expired = rotate(3, 10);
    BOOST_TEST(expired.outcome == RotateOutcome::expired);
    BOOST_TEST(expired.predecessor.value() == get(3)->token);
    for (const std::uint64_t taken : {1U, 2U, 3U}) {  // its own hash, another live one, and an expired one
        BOOST_TEST_CONTEXT("successor " << taken) {
            const auto result = rotate(1, taken);
            BOOST_TEST(result.outcome == RotateOutcome::already_exists);
            BOOST_TEST(result.predecessor.value() == get(1)->token);
            BOOST_TEST((!result.successor && !result.revocation));
            BOOST_TEST(result.live_tokens_ended == 0U);
        }
    }
    BOOST_TEST(statistics().rotations_refused == 6U);
    BOOST_TEST(statistics().reuse_detected == 0U);
    check_equal(records(), before);
    BOOST_TEST(!get(10));
    BOOST_TEST(rotate(1, 10).outcome == RotateOutcome::rotated);
}

BOOST_AUTO_TEST_CASE(a_replay_is_the_alarm_whatever_hash_comes_with_it) {
    create(1);
    rotate(1, 2);
    BOOST_TEST(rotate(1, 2).outcome == RotateOutcome::reuse_detected);
    BOOST_TEST(state(2) == TokenState::revoked);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_replay_ends_every_chain_of_its_family_and_no_other_and_counts_the_live_ones) {
    create(1, {.user = 1, .family = 1});
    rotate(1, 2);
    rotate(2, 3);
    create(4, {.user = 1, .family = 1});                          // live
    create(5, {.user = 1, .family = 1, .lifetime_us = hour_us});  // will have expired
    create(6, {.user = 1, .family = 1});
    revoke(6);
    create(7, {.user = 1, .family = 1});
    rotate(7, 8);
    create(9, {.user = 1, .family = 9});
    clock.advance_us(hour_us);

    const auto alarm = rotate(1, 20);
    BOOST_TEST(alarm.outcome == RotateOutcome::reuse_detected);
    BOOST_TEST(alarm.live_tokens_ended == 3U);  // 3, 4 and 8
    BOOST_TEST(alarm.predecessor.value().family_id == make_family_id(1));
    BOOST_TEST((!alarm.successor && !alarm.revocation));
    BOOST_TEST(!get(20));
    for (const std::uint64_t number : {1U, 2U, 3U, 4U, 5U, 7U, 8U}) {
        BOOST_TEST_CONTEXT("token " << number) {
            BOOST_TEST(!is_valid(number));
            BOOST_TEST(get(number)->revocation == (Revocation{RevocationReason::reuse_detected, clock.wall_us()}));
        }
    }
    BOOST_TEST(get(6)->revocation->reason == RevocationReason::token_revoked);
    BOOST_TEST(session_hashes(1) == hashes_of({9}), per_element());
    BOOST_TEST(statistics().reuse_detected == 1U);
    BOOST_TEST(statistics().families_ended == 1U);

    const auto stored = records();
    BOOST_TEST(stored.family_ends.size() == 1U);
    BOOST_TEST(stored.listed_family_ends.count({make_user_id(1), make_family_id(1)}) == 1U);
    BOOST_TEST(stored.tokens.size() == 9U);
}

BOOST_AUTO_TEST_CASE(a_second_replay_is_no_second_alarm_and_ends_nothing) {
    create(1);
    rotate(1, 2);
    const auto ended_at_us = clock.wall_us();
    BOOST_TEST(rotate(1, 3).live_tokens_ended == 1U);
    const auto before = records();
    clock.advance_us(minute_us);
    for (const std::uint64_t presented : {1U, 2U}) {
        const auto again = rotate(presented, 3);
        BOOST_TEST(again.outcome == RotateOutcome::revoked);
        BOOST_TEST(again.revocation == (Revocation{RevocationReason::reuse_detected, ended_at_us}));
        BOOST_TEST(again.live_tokens_ended == 0U);
    }
    check_equal(records(), before);
}

BOOST_AUTO_TEST_CASE(a_replay_is_noticed_after_reopen_flush_compaction_and_its_expiry) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    rotate(1, 2);
    flush_and_compact();
    reopen();
    clock.advance_us(hour_us);
    const auto alarm = rotate(1, 3);
    BOOST_TEST(alarm.outcome == RotateOutcome::reuse_detected);
    BOOST_TEST(alarm.live_tokens_ended == 1U);
    reopen();
    BOOST_TEST(!is_valid(2));
    BOOST_TEST(rotate(2, 3).outcome == RotateOutcome::revoked);
}

BOOST_AUTO_TEST_CASE(a_family_ended_by_a_replay_refuses_new_tokens_for_good) {
    create(1);
    rotate(1, 2);
    rotate(1, 3);
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(error_of(store.create_token(new_token(4))).code == ErrorCode::family_ended);
        flush_and_compact();
        reopen();
    }
    create(4, {.user = 1, .family = 2});
    BOOST_TEST(is_valid(4));
}

BOOST_AUTO_TEST_CASE(a_revoked_token_presented_ends_what_lives_of_its_family_without_an_alarm) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 1, .family = 1});
    const auto revoked_at_us = clock.wall_us();
    revoke(1);
    clock.advance_us(hour_us);  // revoked outweighs expired
    const auto result = rotate(1, 3);
    BOOST_TEST(result.outcome == RotateOutcome::revoked);
    BOOST_TEST(result.revocation == (Revocation{RevocationReason::token_revoked, revoked_at_us}));
    BOOST_TEST(result.live_tokens_ended == 1U);
    BOOST_TEST(get(2)->revocation == (Revocation{RevocationReason::revoked_presented, clock.wall_us()}));
    BOOST_TEST(statistics().reuse_detected == 0U);
    BOOST_TEST(statistics().families_ended == 1U);
    BOOST_TEST(rotate(1, 3).live_tokens_ended == 0U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_token_of_a_family_that_was_revoked_is_answered_with_that_end) {
    create(1);
    rotate(1, 2);
    const auto ended_at_us = clock.wall_us();
    revoke_family(1);
    const auto before = records();
    clock.advance_us(minute_us);
    for (const std::uint64_t presented : {1U, 2U}) {
        const auto result = rotate(presented, 3);
        BOOST_TEST(result.outcome == RotateOutcome::revoked);
        BOOST_TEST(result.revocation == (Revocation{RevocationReason::family_revoked, ended_at_us}));
        BOOST_TEST(result.live_tokens_ended == 0U);
    }
    check_equal(records(), before);
}

BOOST_AUTO_TEST_CASE(a_replay_after_the_user_was_logged_out_is_no_alarm_but_ends_the_family) {
    create(1);
    rotate(1, 2);
    const auto ended_at_us = clock.wall_us();
    revoke_user(1);
    create(3);                            // a new login in the old family
    create(4, {.user = 1, .family = 4});  // and one in a new family
    clock.advance_us(minute_us);
    const auto result = rotate(1, 5);
    BOOST_TEST(result.outcome == RotateOutcome::revoked);
    BOOST_TEST(result.revocation == (Revocation{RevocationReason::user_revoked, ended_at_us}));
    BOOST_TEST(result.live_tokens_ended == 1U);
    BOOST_TEST(get(3)->revocation == (Revocation{RevocationReason::revoked_presented, clock.wall_us()}));
    BOOST_TEST(session_hashes(1) == hashes_of({4}), per_element());
    BOOST_TEST(statistics().reuse_detected == 0U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(device_fields_are_inherited_unless_given_and_an_empty_one_counts_as_given) {
    auto first = new_token(1);
    first.device_id = "device-1";
    first.device_name = "Laptop";
    first.ip_address = "192.0.2.1";
    must(store.create_token(first, buffered));

    auto second = successor(2);
    second.device_name = "";
    second.ip_address = "2001:db8::2";
    BOOST_REQUIRE(must(store.rotate_token(make_hash(1), second, buffered)).outcome == RotateOutcome::rotated);
    rotate(2, 3);
    reopen();
    for (const std::uint64_t number : {2U, 3U}) {
        BOOST_TEST_CONTEXT("token " << number) {
            const Token token = get(number)->token;
            BOOST_TEST((token.device_id == "device-1"));
            BOOST_TEST((token.device_name == ""));
            BOOST_TEST((token.ip_address == "2001:db8::2"));
        }
    }
    BOOST_TEST((get(1)->token.device_name == "Laptop"));
    BOOST_TEST((get(1)->token.ip_address == "192.0.2.1"));
    BOOST_TEST(session_hashes(1) == hashes_of({3}), per_element());
}

BOOST_AUTO_TEST_CASE(a_chain_of_a_thousand_rotations_is_one_session_one_family_and_one_user) {
    constexpr std::uint64_t rotations = 1000;
    const auto first = create(1);
    for (std::uint64_t number = 1; number <= rotations; ++number) {
        clock.advance_us(second_us);
        BOOST_REQUIRE(rotate(number, number + 1).outcome == RotateOutcome::rotated);
        if (number % 250 == 0) flush_and_compact();
    }
    BOOST_TEST(session_hashes(1) == hashes_of({rotations + 1}), per_element());
    BOOST_TEST(get(rotations + 1)->token.chain_id == first.id);
    const auto counted = counts();
    BOOST_TEST(counted.tokens == rotations + 1);
    BOOST_TEST(counted.live == 1U);
    BOOST_TEST(counted.consumed == rotations);
    BOOST_TEST(counted.families == 1U);
    BOOST_TEST(counted.users == 1U);

    const auto stored = records();
    BOOST_TEST(stored.by_user.size() == 1U);
    BOOST_TEST(stored.by_family.size() == 1U);
    std::uint64_t walked = 0;
    for (std::optional hash = make_hash(1); hash; hash = stored.tokens.at(*hash).successor) ++walked;
    BOOST_TEST(walked == rotations + 1);
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
}

BOOST_AUTO_TEST_CASE(at_its_expiry_a_token_is_expired_and_a_microsecond_before_it_is_rotated) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us + 1});
    clock.advance_us(hour_us);
    BOOST_TEST(rotate(1, 11).outcome == RotateOutcome::expired);
    BOOST_TEST(rotate(2, 12).outcome == RotateOutcome::rotated);
    BOOST_TEST(state(1) == TokenState::expired);
    BOOST_TEST(is_valid(12));
}

BOOST_AUTO_TEST_CASE(a_rotation_to_a_shorter_expiry_shortens_the_session_and_keeps_the_memory_of_the_replay) {
    create(1, {.user = 1, .family = 1, .lifetime_us = 30 * day_us});
    rotate(1, 2, hour_us);
    clock.advance_us(hour_us - 1);
    BOOST_TEST(session_hashes(1) == hashes_of({2}), per_element());
    clock.advance_us(1);
    BOOST_TEST(sessions(1).sessions.empty());
    BOOST_TEST(state(1) == TokenState::consumed);
    check_sound();
    BOOST_TEST(must(store.cleanup_expired()) == 1U);
    check_sound();
    const auto alarm = rotate(1, 3);
    BOOST_TEST(alarm.outcome == RotateOutcome::reuse_detected);
    BOOST_TEST(alarm.live_tokens_ended == 0U);
}

BOOST_AUTO_TEST_CASE(a_successor_that_is_expired_from_the_start_leaves_no_session) {
    create(1);
    BOOST_TEST(rotate(1, 2, 0).outcome == RotateOutcome::rotated);
    BOOST_TEST(state(2) == TokenState::expired);
    BOOST_TEST(sessions(1).sessions.empty());
    BOOST_TEST(revoke_user(1).live_ended.value() == 0U);
    check_sound();
}

// Once its last tip was removed a family's id is unknown, while what was rotated away may still be remembered.
BOOST_AUTO_TEST_CASE(a_replay_ends_the_family_in_the_sessions_of_whoever_has_it_now) {
    create(1, {.user = 1, .family = 1});
    rotate(1, 2, hour_us);
    clock.advance_us(hour_us);
    must(store.cleanup_expired());
    const auto taken_over = store.create_token(new_token(3, {.user = 2, .family = 1}), buffered);
    if (!taken_over) {  // refusing it for as long as the consumed token is known is as good
        BOOST_TEST(taken_over.error().code == ErrorCode::family_of_another_user);
        return;
    }
    BOOST_TEST(rotate(1, 4).outcome == RotateOutcome::reuse_detected);
    BOOST_TEST((state(3) == TokenState::live) == (session_hashes(2).size() == 1U));
    BOOST_TEST((state(3) == TokenState::live) == (revoke_user(2).live_ended.value() == 1U));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
