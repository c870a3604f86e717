// import_tokens row by row: each outcome and each refusal, among the rows of one call and across calls.
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "codec/keys.hpp"
#include "model/imported_token.hpp"
#include "support/index_checker.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

using boost::test_tools::per_element;

struct ImportRowsFixture : StoreFixture {
    [[nodiscard]] static Token row(std::uint64_t number, std::uint64_t user = 1, std::uint64_t family = 1) {
        Token token = make_token(number);
        token.user_id = make_user_id(user);
        token.family_id = make_family_id(family);
        return token;
    }

    [[nodiscard]] static Token revoked(Token token) {
        token.revoked = true;
        token.revoked_at_us = token.created_at_us + minute_us;
        token.updated_at_us = token.created_at_us + minute_us;
        return token;
    }

    /// Imports, and holds the rehearsal to what then happens.
    std::vector<ImportedRow> import_rows(const std::vector<Token>& rows) {
        const auto rehearsed = must(store.check_import(rows));
        auto answers = must(store.import_tokens(rows, buffered));
        BOOST_REQUIRE(answers.size() == rows.size());
        BOOST_REQUIRE(rehearsed.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            BOOST_TEST(answers[i].error.has_value() == (answers[i].outcome == ImportOutcome::refused));
            BOOST_TEST(rehearsed[i].outcome == answers[i].outcome);
            BOOST_REQUIRE(rehearsed[i].error.has_value() == answers[i].error.has_value());
            if (answers[i].error) BOOST_TEST(rehearsed[i].error->code == answers[i].error->code);
        }
        return answers;
    }

    ImportedRow import_row(const Token& token) { return import_rows({token}).front(); }

    ErrorCode refusal(const Token& token) {
        const auto answer = import_row(token);
        BOOST_REQUIRE(answer.error.has_value());
        BOOST_TEST(answer.error->write == WriteState::nothing_written);
        return answer.error->code;
    }

    static std::vector<ImportOutcome> outcomes(const std::vector<ImportedRow>& answers) {
        std::vector<ImportOutcome> all;
        for (const auto& answer : answers) all.push_back(answer.outcome);
        return all;
    }

    void check_sound() {
        must(store.close());
        BOOST_TEST(check_closed_store(directory()) == "");
        reopen();
    }
};

BOOST_FIXTURE_TEST_SUITE(import_rows, ImportRowsFixture)

BOOST_AUTO_TEST_CASE(no_rows_give_no_answers) { BOOST_TEST(must(store.import_tokens({})).empty()); }

BOOST_AUTO_TEST_CASE(checking_stores_nothing) {
    const std::vector<Token> rows{row(1), row(1), row(2)};
    const auto answers = must(store.check_import(rows));
    BOOST_TEST(
        outcomes(answers) == (std::vector{ImportOutcome::stored, ImportOutcome::unchanged, ImportOutcome::stored}),
        boost::test_tools::per_element());
    BOOST_TEST(!get(1).has_value());
    BOOST_TEST(counts().tokens == 0U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_row_is_stored_with_its_id_times_and_fields_but_as_a_chain_of_its_own) {
    const Token given = with_all_fields(row(1));
    BOOST_TEST(import_row(given).outcome == ImportOutcome::stored);
    Token expected = given;
    expected.chain_id = model::chain_of_imported(given);
    expected.issue_stamp_us = given.created_at_us;
    expected.consumed_at_us.reset();
    expected.predecessor.reset();
    expected.successor.reset();
    reopen();
    BOOST_TEST(get(1)->token == expected);
    BOOST_TEST(get(1)->state == TokenState::revoked);
    check_sound();
}

BOOST_AUTO_TEST_CASE(importing_again_changes_nothing) {
    const std::vector<Token> rows{row(1), revoked(row(2)), row(3, 2, 2)};
    for (const auto& answer : import_rows(rows)) BOOST_TEST(answer.outcome == ImportOutcome::stored);
    clock.advance_us(minute_us);
    for (int round = 0; round < 2; ++round) {
        for (const auto& answer : import_rows(rows)) BOOST_TEST(answer.outcome == ImportOutcome::unchanged);
        reopen();
    }
    BOOST_TEST(get(2)->token.revoked_at_us.value() == rows[1].revoked_at_us.value());
    BOOST_TEST(counts().tokens == 3U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(an_end_that_the_row_brings_wins_and_one_that_is_stored_stays) {
    import_rows({row(1), row(2)});
    create(3, {.user = 1, .family = 1});
    create(4, {.user = 1, .family = 1});
    rotate(4, 14);
    revoke(2);
    Token third = get(3)->token;
    Token fourth = get(4)->token;

    BOOST_TEST(import_row(revoked(row(1))).outcome == ImportOutcome::revoked);
    BOOST_TEST(get(1)->revocation == (Revocation{RevocationReason::token_revoked, revoked(row(1)).revoked_at_us}));
    BOOST_TEST(import_row(row(1)).outcome == ImportOutcome::kept);
    BOOST_TEST(import_row(row(2)).outcome == ImportOutcome::kept);
    BOOST_TEST(import_row(revoked(third)).outcome == ImportOutcome::revoked);  // one that was created here
    BOOST_TEST(import_row(fourth).outcome == ImportOutcome::kept);             // one that was rotated away
    for (const std::uint64_t number : {1U, 2U, 3U}) BOOST_TEST(state(number) == TokenState::revoked);
    BOOST_TEST(session_hashes(1) == hashes_of({14}), per_element());
    check_sound();
}

BOOST_AUTO_TEST_CASE(an_end_of_the_family_or_the_user_is_kept_against_a_live_row) {
    import_rows({row(1, 1, 1), row(2, 2, 2), row(3, 3, 3)});
    must(store.revoke_family(make_family_id(1)));
    must(store.revoke_all_user_tokens(make_user_id(2)));
    const auto answers = import_rows({row(1, 1, 1), row(2, 2, 2), row(3, 3, 3)});
    using enum ImportOutcome;
    BOOST_TEST(outcomes(answers) == (std::vector{kept, kept, unchanged}), per_element());
    for (const std::uint64_t number : {1U, 2U}) BOOST_TEST(state(number) == TokenState::revoked);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_revoked_row_of_a_consumed_token_leaves_its_replay_an_alarm) {
    create(1);
    rotate(1, 2);
    const Token consumed = get(1)->token;
    BOOST_TEST(import_row(revoked(consumed)).outcome == ImportOutcome::unchanged);
    BOOST_TEST(get(1)->token == consumed);
    BOOST_TEST(is_valid(2));
    BOOST_TEST(rotate(1, 3).outcome == RotateOutcome::reuse_detected);
}

BOOST_AUTO_TEST_CASE(rows_of_one_call_see_each_other) {
    Token of_another_user = row(5, 2, 1);
    Token other_expiry = row(1);
    other_expiry.expires_at_us += 1;
    Token same_id = row(6);
    same_id.id = row(1).id;
    const auto answers = import_rows({row(1), row(1), revoked(row(1)), row(1), revoked(row(2)), row(2), of_another_user,
                                      other_expiry, same_id, row(3)});
    using enum ImportOutcome;
    BOOST_TEST(outcomes(answers) == (std::vector{stored, unchanged, ImportOutcome::revoked, kept, stored, kept, refused,
                                                 refused, refused, stored}),
               per_element());
    BOOST_TEST(answers[6].error.value().code == ErrorCode::family_of_another_user);
    BOOST_TEST(answers[7].error.value().code == ErrorCode::conflicting_record);
    BOOST_TEST(answers[8].error.value().code == ErrorCode::conflicting_record);
    BOOST_TEST(session_hashes(1) == hashes_of({3}), per_element());
    BOOST_TEST(counts().tokens == 3U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(rows_far_apart_in_one_call_see_each_other_as_well) {
    std::vector<Token> rows;
    for (std::uint64_t number = 1; number <= 1'000; ++number) rows.push_back(row(number, 1, number));
    for (std::uint64_t number = 1; number <= 1'000; number += 100) rows.push_back(revoked(row(number, 1, number)));
    rows.push_back(row(2'000, 2, 5));
    const auto answers = import_rows(rows);
    for (std::size_t i = 0; i < 1'000; ++i) BOOST_TEST(answers[i].outcome == ImportOutcome::stored);
    for (std::size_t i = 1'000; i < 1'010; ++i) BOOST_TEST(answers[i].outcome == ImportOutcome::revoked);
    BOOST_TEST(answers.back().error.value().code == ErrorCode::family_of_another_user);
    BOOST_TEST(counts().live == 990U);
    BOOST_TEST(revoke_user(1).live_ended.value() == 990U);
}

BOOST_AUTO_TEST_CASE(a_row_that_contradicts_the_stored_token_is_refused_and_the_token_stays) {
    import_rows({row(1)});
    create(50, {.user = 9, .family = 9});
    Token other_user = row(1, 2, 1);
    Token other_family = row(1, 1, 2);
    Token other_expiry = revoked(row(1));
    other_expiry.expires_at_us -= 1;
    for (const Token& bad : {other_user, other_family, other_expiry}) {
        BOOST_TEST(refusal(bad) == ErrorCode::conflicting_record);
    }
    BOOST_TEST(refusal(row(2, 2, 1)) == ErrorCode::family_of_another_user);
    BOOST_TEST(refusal(row(2, 1, 9)) == ErrorCode::family_of_another_user);
    Token same_id = row(3);
    same_id.id = row(1).id;
    BOOST_TEST(refusal(same_id) == ErrorCode::conflicting_record);
    BOOST_TEST(session_hashes(1) == hashes_of({1}), per_element());
    BOOST_TEST(counts().tokens == 2U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(an_index_entry_that_outlasts_its_record_keeps_no_row_out) {
    import_rows({row(1)});
    must(store.close());
    // As if a compaction had taken the record, and not yet the entries.
    PlainDatabase(directory()).remove("tokens", codec::token_key(make_hash(1)));
    reopen();
    BOOST_TEST(!get(1).has_value());
    Token same_id = row(2);
    same_id.id = row(1).id;
    BOOST_TEST(import_row(same_id).outcome == ImportOutcome::stored);
    BOOST_TEST(refusal(row(1)) == ErrorCode::conflicting_record);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_time_that_no_text_can_write_is_refused) {
    constexpr std::int64_t after_9999_us = 253'402'300'800'000'000;
    constexpr std::int64_t before_1_us = -62'135'596'800'000'001;
    for (const auto time_us : {after_9999_us, before_1_us, std::numeric_limits<std::int64_t>::max(),
                               std::numeric_limits<std::int64_t>::min()}) {
        BOOST_TEST_CONTEXT("time " << time_us) {
            Token created = row(1);
            created.created_at_us = time_us;
            Token updated = row(1);
            updated.updated_at_us = time_us;
            Token ended = revoked(row(1));
            ended.revoked_at_us = time_us;
            for (const Token& bad : {created, updated, ended}) {
                BOOST_TEST(refusal(bad) == ErrorCode::time_out_of_range);
            }
        }
    }
    Token first_moment = row(1);
    first_moment.created_at_us = before_1_us + 1;
    Token last_moment = row(2);
    last_moment.created_at_us = after_9999_us - 1;
    for (const Token& good : {first_moment, last_moment}) {
        BOOST_TEST(import_row(good).outcome == ImportOutcome::stored);
        BOOST_TEST(is_valid(good.hash == make_hash(1) ? 1 : 2));
    }
    BOOST_TEST(revoke_user(1).live_ended.value() == 2U);
}

BOOST_AUTO_TEST_CASE(an_imported_revoked_token_that_is_presented_ends_its_family_without_an_alarm) {
    import_rows({revoked(row(1)), row(2)});
    clock.advance_us(hour_us);
    const auto result = rotate(1, 3);
    BOOST_TEST(result.outcome == RotateOutcome::revoked);
    BOOST_TEST(result.revocation == (Revocation{RevocationReason::token_revoked, revoked(row(1)).revoked_at_us}));
    BOOST_TEST(result.live_tokens_ended == 1U);
    BOOST_TEST(state(2) == TokenState::revoked);
    BOOST_TEST(statistics().reuse_detected == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_without_a_time_is_an_end) {
    Token given = row(1);
    given.revoked = true;
    BOOST_TEST(import_row(given).outcome == ImportOutcome::stored);
    BOOST_TEST(get(1)->revocation == (Revocation{RevocationReason::token_revoked, std::nullopt}));
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(an_imported_token_is_rotated_listed_and_ended_like_any_other) {
    import_rows({row(1), row(2, 1, 2)});
    BOOST_TEST(rotate(1, 11).outcome == RotateOutcome::rotated);
    BOOST_TEST(session_hashes(1) == hashes_of({2, 11}), per_element());
    BOOST_TEST(rotate(1, 12).live_tokens_ended == 1U);
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_user_end_covers_the_rows_created_up_to_it_and_none_after) {
    Token before = row(1, 1, 1);
    Token at_once = row(2, 1, 2);
    clock.advance_us(hour_us);
    at_once.created_at_us = clock.wall_us();
    revoke_user(1);
    Token after = row(3, 1, 3);
    after.created_at_us = clock.wall_us() + second_us;
    clock.advance_us(minute_us);
    import_rows({before, at_once, after});
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(state(1) == TokenState::revoked);
        BOOST_TEST(state(2) == TokenState::revoked);
        BOOST_TEST(session_hashes(1) == hashes_of({3}), per_element());
        flush_and_compact();
        reopen();
    }
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
}

// The stamps of a store that was reopened run ahead of the time.
BOOST_AUTO_TEST_CASE(a_row_created_after_a_user_end_is_live_in_a_reopened_store_as_well) {
    create(50, {.user = 9, .family = 9});
    reopen();
    revoke_user(1);
    clock.advance_us(second_us);
    Token after = row(1);
    after.created_at_us = clock.wall_us();
    import_rows({after});
    BOOST_TEST(state(1) == TokenState::live);
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
    BOOST_TEST(state(1) == TokenState::revoked);
}

BOOST_AUTO_TEST_CASE(a_row_from_the_future_is_covered_by_the_next_end_of_its_user) {
    Token early = row(1);
    early.created_at_us = clock.wall_us() + hour_us;
    import_rows({early});
    BOOST_TEST(is_valid(1));
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_live_row_of_an_ended_family_is_dead_wherever_one_looks) {
    create(1, {.user = 1, .family = 1});
    rotate(1, 2);
    rotate(1, 3);      // a replay
    revoke_family(4);  // never seen before
    import_rows({row(10, 1, 1), row(11, 1, 4), row(12, 1, 5)});
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(get(10)->revocation.value().reason == RevocationReason::reuse_detected);
        BOOST_TEST(get(11)->revocation.value().reason == RevocationReason::family_revoked);
        BOOST_TEST(!is_valid(10));
        BOOST_TEST(!is_valid(11));
        BOOST_TEST(session_hashes(1) == hashes_of({12}), per_element());
        check_sound();
    }
    BOOST_TEST(rotate(11, 20).outcome == RotateOutcome::revoked);
    BOOST_TEST(revoke_family(4).live_ended.value() == 0U);
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
}

// The id is what the listing of a user knows a chain by, whichever family it is in.
BOOST_AUTO_TEST_CASE(two_rows_of_one_user_with_one_id_in_two_families_do_not_hide_each_other) {
    const Token first = row(1, 1, 1);
    Token second = row(2, 1, 2);
    second.id = first.id;
    import_rows({first});
    const std::size_t stored = import_row(second).outcome == ImportOutcome::refused ? 1U : 2U;
    BOOST_TEST(counts().live == stored);
    BOOST_TEST(session_hashes(1).size() == stored);
    BOOST_TEST(revoke_user(1).live_ended.value() == stored);
}

BOOST_AUTO_TEST_CASE(a_repeated_id_is_answered_alike_within_one_call_and_across_two) {
    const Token first = row(1, 1, 1);
    Token second = row(2, 2, 2);  // nothing else in common
    second.id = first.id;
    Token third = row(3, 3, 3);
    Token fourth = row(4, 4, 4);
    fourth.id = third.id;
    import_rows({first});
    const auto across = import_row(second).outcome;
    BOOST_TEST(import_rows({third, fourth}).back().outcome == across);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
