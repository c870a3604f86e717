// Writes whose end nobody knows: the log was written and its sync failed, so the write comes true at the next open, or
// never. An honest client's retry after that is not taken for theft, and a thief gains nothing by it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "codec/meta_record.hpp"
#include "integration/log_syncs.hpp"
#include "storage/high_water_mark.hpp"
#include "support/arena.hpp"
#include "support/folder_image.hpp"
#include "support/index_checker.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

namespace fs = std::filesystem;

/// What becomes of a log whose sync failed, once the process is gone.
enum class LogTail {
    kept,  ///< the disk got it after all
    lost,  ///< as by a power failure
};

struct InDoubtFixture : StoreFixture {
    InDoubtFixture() {
        create(1);
        must(store.flush());
    }

    /// Length of the log that is being written.
    [[nodiscard]] std::pair<fs::path, std::uintmax_t> log_file() const {
        fs::path newest;
        for (const auto& entry : fs::directory_iterator(directory())) {
            if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
        }
        if (newest.empty()) throw std::runtime_error("the store has no log");
        return {newest, fs::file_size(newest)};
    }

    /// Rotates while the log cannot be synced, and opens the store again after that.
    void rotate_in_doubt(std::uint64_t presented, std::uint64_t number, LogTail tail) {
        revoke_user(
            99);  // draws a stamp: the bound of stamps is extended now, and the sync that fails is the rotation's
        const auto [log, length] = log_file();
        {
            const FailingLogSyncs failing;
            const auto error = error_of(store.rotate_token(make_hash(presented), successor(number)));
            BOOST_TEST(error.code == ErrorCode::io_error);
            BOOST_TEST(error.write == WriteState::indeterminate);
            BOOST_TEST(error.advice() == Advice::call_operator);
        }
        close_failed();
        if (tail == LogTail::lost) fs::resize_file(log, length);
        open_again();
    }

    enum class Killed { before_the_answer, after_the_answer };

    /// Rotates with the sync asked for, and opens the store as a process leaves it that was killed at that moment.
    RotateResult rotate_and_kill(std::uint64_t presented, std::uint64_t number, Killed killed) {
        const auto mark = directory() / storage::high_water_file_name;
        const auto left = folder.path() / "left by a kill";
        const auto mark_before = FolderImage::read_bytes(mark);
        auto result = rotate_synced(presented, number);
        fs::copy(directory(), left);
        if (killed == Killed::before_the_answer) {
            std::ofstream(left / mark.filename(), std::ios::binary) << mark_before;
        }
        must(store.close());
        fs::remove_all(directory());
        fs::rename(left, directory());
        open_again();
        return result;
    }

    /// What was not synced cannot be any more: closing must not promise it.
    void close_failed() { BOOST_TEST(!store.close().has_value()); }

    void open_again() { store = must(TokenStore::open(directory(), options)); }

    RotateResult rotate_synced(std::uint64_t presented, std::uint64_t number) {
        return must(store.rotate_token(make_hash(presented), successor(number)));
    }

    void check_one_live_tip(std::uint64_t number) {
        BOOST_TEST(is_valid(number));
        BOOST_TEST(session_hashes(1) == hashes_of({number}), boost::test_tools::per_element());
        BOOST_TEST(counts().live == 1U);
    }

    /// The token is a replay now, and ends the family with its one live token.
    void check_is_reuse(std::uint64_t presented) {
        const auto replayed = rotate_synced(presented, 900 + presented);
        BOOST_TEST(replayed.outcome == RotateOutcome::reuse_detected);
        BOOST_TEST(replayed.live_tokens_ended == 1U);
        BOOST_TEST(session_hashes(1).empty());
        must(store.close());
        BOOST_TEST(check_closed_store(directory()) == "");
        open_again();
        BOOST_TEST(session_hashes(1).empty());
    }
};

BOOST_FIXTURE_TEST_SUITE(indeterminate, InDoubtFixture)

BOOST_AUTO_TEST_CASE(after_a_failed_sync_writes_are_refused_and_reads_go_on) {
    create(2, {.user = 2, .family = 2});
    {
        const FailingLogSyncs failing;
        const auto error = error_of(store.rotate_token(make_hash(1), successor(3)));
        BOOST_TEST(error.code == ErrorCode::io_error);
        BOOST_TEST(error.write == WriteState::indeterminate);
    }
    // The disk is well again, and still nothing is written behind a log with a hole.
    const auto check_refused = [](const auto& result) {
        const auto error = error_of(result);
        BOOST_TEST(error.code == ErrorCode::write_refused);
        BOOST_TEST(error.write == WriteState::nothing_written);
        BOOST_TEST(error.advice() == Advice::reopen_store);
    };
    for (const auto durability : {Durability::lose_nothing, buffered}) {
        check_refused(store.create_token(new_token(4, {.user = 4, .family = 4}), durability));
        check_refused(store.rotate_token(make_hash(2), successor(5), durability));
        check_refused(store.revoke_token(make_hash(2), durability));
        check_refused(store.revoke_family(make_family_id(2), Counting::exact, durability));
        check_refused(store.revoke_all_user_tokens(make_user_id(2), Counting::exact, durability));
        check_refused(store.import_tokens(std::vector{make_token(6)}, durability));
    }
    check_refused(store.maintain());
    BOOST_TEST(error_of(store.flush()).code == ErrorCode::write_refused);
    static_cast<void>(store.compact());  // may be done or refused
    BOOST_TEST(statistics().failed_writes >= 1U);
    BOOST_TEST(is_valid(2));
    BOOST_TEST(session_hashes(2) == hashes_of({2}), boost::test_tools::per_element());
    BOOST_TEST(counts().tokens >= 2U);
    BOOST_TEST(!get(4));

    close_failed();
    open_again();
    for (const auto number : {4U, 5U, 6U}) BOOST_TEST(!get(number));
    BOOST_TEST(is_valid(2));
    create(4, {.user = 4, .family = 4});
    BOOST_TEST(is_valid(4));
}

BOOST_AUTO_TEST_CASE(a_retry_of_a_rotation_that_came_true_is_answered_rotated) {
    rotate_in_doubt(1, 2, LogTail::kept);
    BOOST_REQUIRE(state(1) == TokenState::consumed);  // it did come true

    const auto retried = rotate_synced(1, 3);
    BOOST_TEST(retried.outcome == RotateOutcome::rotated);
    BOOST_TEST(retried.predecessor.value().hash == make_hash(1));
    BOOST_TEST(retried.successor.value().hash == make_hash(3));
    BOOST_TEST(retried.live_tokens_ended == 0U);
    BOOST_TEST(state(2) == TokenState::consumed);
    check_one_live_tip(3);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(a_rotation_in_doubt_can_be_retried_however_often_the_disk_fails) {
    rotate_in_doubt(1, 2, LogTail::kept);
    rotate_in_doubt(1, 3, LogTail::kept);
    rotate_in_doubt(1, 4, LogTail::lost);
    rotate_in_doubt(1, 5, LogTail::kept);
    BOOST_TEST(rotate_synced(1, 6).outcome == RotateOutcome::rotated);
    check_one_live_tip(6);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(threads_that_meet_the_failing_disk_together_all_hear_of_it_and_can_all_retry) {
    constexpr std::size_t rotating = 6;
    for (int round = 0; round < 20; ++round) {
        const auto first = 1'000 + static_cast<std::uint64_t>(round) * 100;
        for (std::uint64_t i = 0; i < rotating; ++i) create(first + i, {.user = first + i, .family = first + i});
        std::array<std::optional<ErrorCode>, rotating + 2> answers;
        {
            const FailingLogSyncs failing;
            run_together(answers.size(), [&](std::size_t index) {
                const auto code_of = [](const auto& result) {
                    return result ? std::nullopt : std::optional(result.error().code);
                };
                if (index < rotating) {
                    answers.at(index) =
                        code_of(store.rotate_token(make_hash(first + index), successor(first + 50 + index)));
                } else {
                    answers.at(index) = code_of(store.flush());
                }
            });
        }
        for (const auto& code : answers) {
            BOOST_TEST((code == ErrorCode::io_error || code == ErrorCode::write_refused));
        }
        close_failed();
        open_again();
        for (std::uint64_t i = 0; i < rotating; ++i) {
            BOOST_TEST(rotate_synced(first + i, first + 70 + i).outcome == RotateOutcome::rotated);
            BOOST_TEST(session_hashes(first + i) == hashes_of({first + 70 + i}), boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(the_doubt_survives_a_reopening_in_which_nobody_came_back) {
    rotate_in_doubt(1, 2, LogTail::kept);
    for (int round = 0; round < 2; ++round) reopen();
    flush_and_compact();
    BOOST_TEST(rotate_synced(1, 3).outcome == RotateOutcome::rotated);
    check_one_live_tip(3);
    reopen();
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(a_rotation_that_never_came_true_leaves_the_token_live_and_its_later_replay_is_reuse) {
    rotate_in_doubt(1, 2, LogTail::lost);
    BOOST_TEST(!get(2));
    check_one_live_tip(1);

    BOOST_TEST(rotate_synced(1, 3).outcome == RotateOutcome::rotated);
    check_one_live_tip(3);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(the_doubt_about_one_token_excuses_no_replay_of_another) {
    rotate(1, 2);
    rotate_in_doubt(2, 3, LogTail::kept);
    const auto replayed = rotate_synced(1, 4);
    BOOST_TEST(replayed.outcome == RotateOutcome::reuse_detected);
    BOOST_TEST(replayed.live_tokens_ended == 1U);
    // Now the family is over for the honest client as well.
    BOOST_TEST(rotate_synced(2, 5).outcome == RotateOutcome::revoked);
    BOOST_TEST(session_hashes(1).empty());
}

BOOST_AUTO_TEST_CASE(a_successor_in_doubt_that_was_used_after_all_ends_the_doubt) {
    rotate_in_doubt(1, 2, LogTail::kept);
    // Somebody holds the successor: the answer got out some other way.
    BOOST_TEST(rotate_synced(2, 3).outcome == RotateOutcome::rotated);
    check_one_live_tip(3);
    check_is_reuse(2);
}

BOOST_AUTO_TEST_CASE(a_doubt_is_over_once_its_successor_was_rotated_by_whoever_held_it) {
    rotate_in_doubt(1, 2, LogTail::kept);
    BOOST_TEST(rotate_synced(2, 3).outcome == RotateOutcome::rotated);
    // The doubt about 1 still stands, but 2 was delivered: what comes in now with 1 is not the client that lost it.
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(a_doubt_whose_successor_is_not_live_any_more_excuses_no_replay) {
    rotate_in_doubt(1, 2, LogTail::kept);
    create(3);  // another login in the family
    revoke(2);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(a_retry_for_a_hash_that_is_taken_changes_nothing_and_can_be_made_again) {
    rotate_in_doubt(1, 2, LogTail::kept);
    create(3, {.user = 3, .family = 3});
    for (const std::uint64_t taken : {2U, 3U}) {
        BOOST_TEST(rotate_synced(1, taken).outcome == RotateOutcome::already_exists);
        BOOST_TEST(is_valid(2));
    }
    BOOST_TEST(rotate_synced(1, 4).outcome == RotateOutcome::rotated);
    BOOST_TEST(session_hashes(1) == hashes_of({4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_doubt_that_comes_back_excuses_no_replay_of_a_retry_that_succeeded) {
    rotate_in_doubt(1, 2, LogTail::lost);
    must(store.close());
    std::string doubt;
    {
        const PlainDatabase database(directory());
        doubt = database.get("default", codec::in_doubt_key(make_hash(1))).value();
    }
    clock.advance_us(second_us);
    open_again();
    BOOST_TEST(rotate_synced(1, 3).outcome == RotateOutcome::rotated);
    must(store.close());
    PlainDatabase(directory()).put("default", codec::in_doubt_key(make_hash(1)), doubt);
    open_again();
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(a_retry_after_a_kill_before_the_answer_is_no_reuse) {
    BOOST_TEST(rotate_and_kill(1, 2, Killed::before_the_answer).outcome == RotateOutcome::rotated);
    BOOST_TEST(rotate_synced(1, 3).outcome == RotateOutcome::rotated);
    check_one_live_tip(3);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(a_retry_whose_answer_a_kill_took_again_is_excused_again) {
    for (const auto number : {2U, 3U, 4U}) {
        BOOST_TEST(rotate_and_kill(1, number, Killed::before_the_answer).outcome == RotateOutcome::rotated);
    }
    BOOST_TEST(rotate_synced(1, 5).outcome == RotateOutcome::rotated);
    check_one_live_tip(5);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(what_was_answered_before_a_kill_is_reuse_when_it_comes_back) {
    BOOST_TEST(rotate_and_kill(1, 2, Killed::after_the_answer).outcome == RotateOutcome::rotated);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(an_old_doubt_excuses_nothing) {
    rotate_in_doubt(1, 2, LogTail::kept);
    clock.advance_us(day_us + 1);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(an_old_doubt_is_forgotten_at_the_next_open) {
    const auto doubts = [this] {
        must(store.close());
        std::size_t count = 0;
        for (const auto& key : PlainDatabase(directory()).keys("default")) {
            count += key.starts_with(codec::in_doubt_prefix) ? 1U : 0U;
        }
        open_again();
        return count;
    };
    rotate_in_doubt(1, 2, LogTail::kept);
    clock.advance_us(day_us);
    BOOST_TEST(doubts() == 1U);
    BOOST_TEST(doubts() == 1U);
    clock.advance_us(options.longest_downtime_us);  // a clock so far ahead would have been believed
    BOOST_TEST(doubts() == 1U);
    clock.advance_us(1);
    BOOST_TEST(doubts() == 1U);
    BOOST_TEST(doubts() == 0U);
    check_is_reuse(1);
}

BOOST_AUTO_TEST_CASE(a_session_ended_meanwhile_is_not_revived_by_a_retry) {
    rotate_in_doubt(1, 2, LogTail::kept);
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
    BOOST_TEST(rotate_synced(1, 3).outcome == RotateOutcome::revoked);
    BOOST_TEST(!get(3));
    BOOST_TEST(session_hashes(1).empty());
}

BOOST_AUTO_TEST_CASE(a_revocation_in_doubt_is_retried_to_its_end) {
    for (const auto tail : {LogTail::kept, LogTail::lost}) {
        const auto [log, length] = log_file();
        {
            const FailingLogSyncs failing;
            const auto error = error_of(store.revoke_family(make_family_id(1)));
            BOOST_TEST(error.write == WriteState::indeterminate);
        }
        close_failed();
        if (tail == LogTail::lost) fs::resize_file(log, length);
        open_again();
        must(store.revoke_family(make_family_id(1)));
        BOOST_TEST(state(1) == TokenState::revoked);
    }
}

BOOST_AUTO_TEST_CASE(a_flush_or_clean_up_whose_sync_fails_says_so) {
    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us});
    clock.advance_us(hour_us);
    {
        const FailingLogSyncs failing;
        const auto error = error_of(store.cleanup_expired());
        BOOST_TEST(error.code == ErrorCode::io_error);
        BOOST_TEST(error.write == WriteState::partly_written);
    }
    BOOST_TEST(error_of(store.create_token(new_token(3), buffered)).code == ErrorCode::write_refused);
    close_failed();
    open_again();
    create(4, {.user = 4, .family = 4});
    {
        const FailingLogSyncs failing;
        BOOST_TEST(error_of(store.flush()).code == ErrorCode::io_error);
    }
    close_failed();
    open_again();
    BOOST_TEST(is_valid(1));
    BOOST_TEST(is_valid(4));
    BOOST_TEST(must(store.cleanup_expired()) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
