// A handle's life: closing with and without calls in flight, moving, forking, and what it tells of itself.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/arena.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

static_assert(!std::is_copy_constructible_v<TokenStore> && !std::is_copy_assignable_v<TokenStore>);
static_assert(std::is_nothrow_move_constructible_v<TokenStore> && std::is_nothrow_move_assignable_v<TokenStore>);

struct PublicCall {
    std::string_view name;
    std::function<std::optional<Error>(TokenStore&)> call;  // the error, or nothing where it succeeded
};

template <class Value>
std::optional<Error> error_if_any(const Result<Value>& result) {
    return result ? std::nullopt : std::optional(result.error());
}

/// Every public member function but close().
const std::vector<PublicCall>& public_calls() {
    static const std::array hashes{make_hash(1), make_hash(2)};
    static const std::array rows{make_token(9)};
    static const std::vector<PublicCall> table{
        {"create_token", [](TokenStore& s) { return error_if_any(s.create_token(make_new_token(8))); }},
        {"get_by_hash", [](TokenStore& s) { return error_if_any(s.get_by_hash(make_hash(1))); }},
        {"get_valid_by_hash", [](TokenStore& s) { return error_if_any(s.get_valid_by_hash(make_hash(1))); }},
        {"get_valid_by_hashes", [](TokenStore& s) { return error_if_any(s.get_valid_by_hashes(hashes)); }},
        {"validate", [](TokenStore& s) { return error_if_any(s.validate(make_hash(1))); }},
        {"validate_presented", [](TokenStore& s) { return error_if_any(s.validate_presented("a token")); }},
        {"validate_many", [](TokenStore& s) { return error_if_any(s.validate_many(hashes)); }},
        {"health", [](TokenStore& s) { return error_if_any(s.health()); }},
        {"rotate_token", [](TokenStore& s) { return error_if_any(s.rotate_token(make_hash(1), make_successor(7))); }},
        {"revoke_token", [](TokenStore& s) { return error_if_any(s.revoke_token(make_hash(1))); }},
        {"revoke_family", [](TokenStore& s) { return error_if_any(s.revoke_family(make_family_id(1))); }},
        {"revoke_all_user_tokens",
         [](TokenStore& s) { return error_if_any(s.revoke_all_user_tokens(make_user_id(1))); }},
        {"get_user_active_sessions",
         [](TokenStore& s) { return error_if_any(s.get_user_active_sessions(make_user_id(1))); }},
        {"cleanup_expired", [](TokenStore& s) { return error_if_any(s.cleanup_expired()); }},
        {"import_tokens", [](TokenStore& s) { return error_if_any(s.import_tokens(rows)); }},
        {"check_import", [](TokenStore& s) { return error_if_any(s.check_import(rows)); }},
        {"statistics", [](TokenStore& s) { return error_if_any(s.statistics()); }},
        {"flush", [](TokenStore& s) { return error_if_any(s.flush()); }},
        {"compact", [](TokenStore& s) { return error_if_any(s.compact()); }},
        {"maintain", [](TokenStore& s) { return error_if_any(s.maintain()); }},
        {"trust_clock", [](TokenStore& s) { return error_if_any(s.trust_clock()); }},
    };
    return table;
}

void check_every_call_answers_closed(TokenStore& store) {
    for (const auto& [name, call] : public_calls()) {
        BOOST_TEST_CONTEXT(name) {
            const auto error = call(store);
            BOOST_REQUIRE(error.has_value());
            BOOST_TEST(error->code == ErrorCode::closed);
            BOOST_TEST(error->write == WriteState::nothing_written);
        }
    }
    must(store.close());
}

/// Runs `body` in a forked child, and answers what it returned: 0 to 99, or more if a signal ended it.
template <class Body>
int in_forked_child(const Body& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) throw std::runtime_error("a child could not be run");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

BOOST_FIXTURE_TEST_SUITE(lifecycle, StoreFixture)

// ---- Closing --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(closing_again_is_a_success_and_every_later_call_answers_closed) {
    create(1);
    must(store.close());
    must(store.close());
    check_every_call_answers_closed(store);
    store = must(TokenStore::open(directory(), options));
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_CASE(many_threads_may_close_one_store) {
    for (int round = 0; round < 5; ++round) {
        const auto number = static_cast<std::uint64_t>(round) + 1;
        create(number, {.user = number, .family = number});
        run_together(8, [this](std::size_t) { must(store.close()); });
        check_every_call_answers_closed(store);
        store = must(TokenStore::open(directory(), options));
        BOOST_TEST(is_valid(number));
    }
}

BOOST_AUTO_TEST_CASE(calls_in_flight_at_a_close_complete_or_answer_closed) {
    constexpr std::size_t workers = 8;
    constexpr std::uint64_t calls_before_close = 400;
    struct Acknowledged {
        std::vector<std::uint64_t> live;
        std::vector<std::uint64_t> consumed;
        std::vector<std::uint64_t> revoked;
        std::optional<Error> last;  // what ended the worker
    };
    std::array<Acknowledged, workers> acknowledged;
    std::atomic<std::uint64_t> calls{0};
    // Each worker has a user of its own: it creates, rotates, and revokes every other successor.
    const auto work = [&](std::size_t index) {
        auto& mine = acknowledged.at(index);
        for (std::uint64_t number = (index + 1) * 1'000'000;; number += 2) {
            const auto durability = number % 8 == 0 ? Durability::lose_nothing : buffered;
            const auto created = store.create_token(new_token(number, {.user = index, .family = number}), durability);
            mine.last = error_if_any(created);
            if (!created) return;
            mine.live.push_back(number);
            const auto rotated = store.rotate_token(make_hash(number), successor(number + 1), durability);
            mine.last = error_if_any(rotated);
            if (!rotated || rotated->outcome != RotateOutcome::rotated) return;
            mine.live.back() = number + 1;
            mine.consumed.push_back(number);
            if (number % 4 == 0) {
                const auto revoked = store.revoke_token(make_hash(number + 1), durability);
                mine.last = error_if_any(revoked);
                if (!revoked || *revoked != RevokeTokenOutcome::revoked) return;
                mine.revoked.push_back(number + 1);
                mine.live.pop_back();
            }
            ++calls;
        }
    };
    run_together(workers + 1, [&](std::size_t index) {
        if (index < workers) return work(index);
        while (calls < calls_before_close) std::this_thread::yield();
        must(store.close());
    });

    store = must(TokenStore::open(directory(), options));
    for (const auto& worker : acknowledged) {
        BOOST_REQUIRE(worker.last.has_value());
        BOOST_TEST(worker.last->code == ErrorCode::closed);
        BOOST_TEST(worker.last->write == WriteState::nothing_written);
        for (const auto number : worker.live) BOOST_TEST(is_valid(number));
        for (const auto number : worker.consumed) BOOST_TEST(state(number) == TokenState::consumed);
        for (const auto number : worker.revoked) BOOST_TEST(state(number) == TokenState::revoked);
    }
}

BOOST_AUTO_TEST_CASE(a_close_ends_a_compaction_under_way_and_its_call_says_so) {
    for (std::uint64_t number = 1; number <= 2000; ++number) create(number, {.user = number, .family = number});
    must(store.flush());
    std::atomic<bool> began{false};
    std::optional<Error> ended_with;
    run_together(2, [&](std::size_t index) {
        if (index == 1) {
            while (!began) std::this_thread::yield();
            return must(store.close());
        }
        while (!ended_with) {
            began = true;
            ended_with = error_if_any(store.compact());
        }
    });
    BOOST_TEST(ended_with->code == ErrorCode::closed);
    store = must(TokenStore::open(directory(), options));
    BOOST_TEST(is_valid(2000));
}

BOOST_AUTO_TEST_CASE(destroying_a_store_closes_it) {
    const auto place = folder.path() / "other";
    {
        auto other = must(TokenStore::open(place, options));
        must(other.create_token(make_new_token(1), buffered));
    }
    auto other = must(TokenStore::open(place, options));
    BOOST_TEST(must(other.get_valid_by_hash(make_hash(1))).has_value());
}

// ---- Moving ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_store_that_was_moved_from_answers_closed_and_its_heir_goes_on) {
    create(1);
    TokenStore heir(std::move(store));
    check_every_call_answers_closed(store);  // NOLINT(bugprone-use-after-move)
    BOOST_TEST(must(heir.get_valid_by_hash(make_hash(1))).has_value());
    store = std::move(heir);
    check_every_call_answers_closed(heir);  // NOLINT(bugprone-use-after-move)
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_CASE(assigning_over_an_open_store_closes_it) {
    create(1);
    store = must(TokenStore::open(folder.path() / "other", options));
    BOOST_TEST(!is_valid(1));
    const auto first = must(TokenStore::open(directory(), options));  // free again
    BOOST_TEST(must(first.get_valid_by_hash(make_hash(1))).has_value());
}

BOOST_AUTO_TEST_CASE(two_stores_at_once_know_nothing_of_each_other) {
    auto other = must(TokenStore::open(folder.path() / "other", options));
    create(1);
    must(other.create_token(make_new_token(2), buffered));
    must(other.revoke_all_user_tokens(make_user_id(1), Counting::exact, buffered));
    BOOST_TEST(is_valid(1));
    BOOST_TEST(!get(2));
    BOOST_TEST(statistics().created == 1U);
    BOOST_TEST(statistics().users_ended == 0U);
    must(other.close());
    create(3, {.user = 3, .family = 3});
    BOOST_TEST(is_valid(3));
}

// ---- Forking --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_child_is_answered_forked_by_every_call_and_its_parent_goes_on) {
    create(1);
    must(store.flush());
    create(2, {.user = 2, .family = 2});  // in the log alone
    for (std::size_t i = 0; i < public_calls().size(); ++i) {
        BOOST_TEST_CONTEXT(public_calls()[i].name) {
            const int answered = in_forked_child([&] {
                const auto error = public_calls()[i].call(store);
                if (!error) return 1;
                if (error->code != ErrorCode::forked) return 2;
                return error->write == WriteState::nothing_written && !error->message.empty() ? 0 : 3;
            });
            BOOST_TEST(answered == 0);
        }
    }
    BOOST_TEST(is_valid(1));
    BOOST_TEST((rotate(2, 3).outcome == RotateOutcome::rotated));
    flush_and_compact();
    reopen();
    BOOST_TEST(is_valid(1));
    BOOST_TEST(state(2) == TokenState::consumed);
    BOOST_TEST(is_valid(3));
}

BOOST_AUTO_TEST_CASE(a_child_of_a_process_that_has_used_a_store_cannot_open_one) {
    const auto other = folder.path() / "other";
    const int answered = in_forked_child([&] {
        const auto opened = TokenStore::open(other, options);
        if (opened) return 1;
        if (opened.error().code != ErrorCode::forked) return 2;
        return std::filesystem::exists(other) ? 3 : 0;
    });
    BOOST_TEST(answered == 0);
    BOOST_TEST(must(TokenStore::open(other, options)).close().has_value());
}

BOOST_AUTO_TEST_CASE(a_reader_that_crossed_a_fork_is_refused_and_its_parent_goes_on) {
    create(1);
    must(store.flush());
    auto reader = must(StoreReader::open(directory()));
    const auto now_us = clock.wall_us();
    const int answered = in_forked_child([&] {
        const auto refused = [](const auto& result) { return error_of(result).code == ErrorCode::forked; };
        if (!refused(reader.get_by_hash(make_hash(1), now_us))) return 1;
        if (!refused(reader.get_user_active_sessions(make_user_id(1), now_us))) return 2;
        if (!refused(reader.for_each_token(now_us, [](const JudgedToken&) { return true; }))) return 3;
        if (!refused(reader.count(now_us))) return 4;
        { const StoreReader taken(std::move(reader)); }  // and its destructor
        return 0;
    });
    BOOST_TEST(answered == 0);
    BOOST_TEST(must(reader.get_by_hash(make_hash(1), now_us)).has_value());
    BOOST_TEST(must(reader.count(now_us)).tokens == 1U);
}

BOOST_AUTO_TEST_CASE(a_child_that_closes_or_destroys_its_copy_harms_nothing) {
    create(1);
    must(store.close());
    options.maintenance_interval_ms = 1;  // with a thread of its own, which the child lacks
    store = must(TokenStore::open(directory(), options));
    const int answered = in_forked_child([this] {
        if (error_of(store.close()).code != ErrorCode::forked) return 1;
        if (store.get_by_hash(make_hash(1)).has_value()) return 2;
        { const TokenStore taken(std::move(store)); }                // and its destructor
        return store.get_by_hash(make_hash(1)).has_value() ? 3 : 0;  // NOLINT(bugprone-use-after-move)
    });
    BOOST_TEST(answered == 0);
    // The parent still holds the directory.
    BOOST_TEST(error_of(TokenStore::open(directory(), options)).code == ErrorCode::held_by_another_process);
    create(2, {.user = 2, .family = 2});
    must(store.close());
    store = must(TokenStore::open(directory(), options));
    BOOST_TEST(is_valid(1));
    BOOST_TEST(is_valid(2));
}

BOOST_AUTO_TEST_CASE(a_child_of_a_fork_amid_other_threads_calls_is_answered_forked) {
    std::atomic<bool> done{false};
    std::vector<int> answers;
    run_together(4, [&](std::size_t index) {
        if (index > 0) {
            for (std::uint64_t number = index * 1'000'000; !done; ++number) {
                must(store.create_token(new_token(number, {.user = index, .family = index}), buffered));
            }
            return;
        }
        for (int round = 0; round < 20; ++round) {
            answers.push_back(in_forked_child([this] {
                const auto created = store.create_token(make_new_token(1), buffered);
                if (created || created.error().code != ErrorCode::forked) return 1;
                { const TokenStore taken(std::move(store)); }
                return 0;
            }));
        }
        done = true;
    });
    for (const int answer : answers) BOOST_TEST(answer == 0);
    BOOST_TEST(!get(1));
    for (std::uint64_t index = 1; index < 4; ++index) BOOST_TEST(is_valid(index * 1'000'000));
}

// ---- What it tells of itself ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(each_answer_is_counted_where_it_belongs) {
    for (std::uint64_t number = 1; number <= 5; ++number) create(number, {.user = number, .family = number});
    static_cast<void>(error_of(store.create_token(new_token(1), buffered)));  // already_exists
    rotate(1, 11);
    rotate(404, 12);  // not_found
    rotate(2, 3);     // already_exists
    rotate(1, 13);    // reuse_detected, which ends family 1
    rotate(11, 14);   // revoked, by then
    revoke(2);
    revoke(2);
    revoke(404);
    revoke_family(3);
    revoke_family(3);
    revoke_user(4);
    revoke_user(4);
    for (const std::uint64_t number : {5U, 2U, 404U}) {
        static_cast<void>(must(store.get_valid_by_hash(make_hash(number))));
        static_cast<void>(must(store.validate(make_hash(number))));  // from the engine
        static_cast<void>(must(store.validate(make_hash(number))));  // from the cache, but for the unknown one
    }
    must(store.get_valid_by_hashes(hashes_of({5, 5, 2, 3, 404, 405})));
    static_cast<void>(get(5));  // counted nowhere
    create(6, {.user = 6, .family = 6, .lifetime_us = 0});
    rotate(6, 15);  // expired
    BOOST_TEST(must(store.cleanup_expired()) == 1U);

    const auto figures = statistics();
    BOOST_TEST(figures.created == 6U);
    BOOST_TEST(figures.lookups_valid == 5U);
    BOOST_TEST(figures.lookups_refused == 5U);
    BOOST_TEST(figures.lookups_unknown == 5U);
    BOOST_TEST(figures.validity_cache_misses == 4U);
    BOOST_TEST(figures.rotated == 1U);
    BOOST_TEST(figures.reuse_detected == 1U);
    BOOST_TEST(figures.rotations_refused == 4U);
    BOOST_TEST(figures.tokens_revoked == 1U);
    BOOST_TEST(figures.families_ended == 2U);
    BOOST_TEST(figures.users_ended == 2U);
    BOOST_TEST(figures.cleaned_up == 1U);
    BOOST_TEST(figures.failed_writes == 0U);
    BOOST_TEST(figures.failed_maintenance == 0U);
    BOOST_TEST(figures.now_us == clock.wall_us());
    BOOST_TEST(figures.memtable_bytes > 0U);

    reopen();
    BOOST_TEST(statistics().created == 0U);  // of an open store
}

BOOST_AUTO_TEST_CASE(flushing_moves_everything_from_memory_into_table_files) {
    for (std::uint64_t number = 1; number <= 1000; ++number) create(number, {.user = 1, .family = number});
    const auto before = statistics();
    must(store.flush());
    const auto after = statistics();
    BOOST_TEST(after.memtable_bytes < before.memtable_bytes);
    BOOST_TEST(after.disk_bytes > before.disk_bytes);
    BOOST_TEST(after.estimated_tokens == 1000U);
    must(store.flush());  // with nothing to do
    BOOST_TEST(session_hashes(1).size() == 1000U);
}

BOOST_AUTO_TEST_CASE(a_store_of_one_token_takes_a_few_mebibytes_of_disk) {
    // With what log and manifest take ahead. The engine by itself would take 74 MB for the log.
    create(1, {.user = 1, .family = 1});
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory())) {
        struct stat file {};
        // The engine may still be deleting what it wrote when it made the store.
        if (::lstat(entry.path().c_str(), &file) == 0) bytes += static_cast<std::uint64_t>(file.st_blocks) * 512;
    }
    BOOST_TEST(bytes < 16U << 20U);
}

BOOST_AUTO_TEST_CASE(a_log_that_took_its_room_in_several_steps_is_read_whole) {
    constexpr std::uint64_t tokens = 20'000;
    std::vector<Token> rows;
    for (std::uint64_t number = 1; number <= tokens; ++number) rows.push_back(make_token(number));
    for (const auto& row : must(store.import_tokens(rows, buffered)))
        BOOST_REQUIRE(row.outcome == ImportOutcome::stored);
    std::uint64_t log_bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory())) {
        struct stat file {};  // an older log may be going
        if (entry.path().extension() != ".log" || ::lstat(entry.path().c_str(), &file) != 0) continue;
        log_bytes = std::max(log_bytes, static_cast<std::uint64_t>(file.st_size));
    }
    BOOST_TEST(log_bytes > 4U << 20U);
    reopen();
    BOOST_TEST(counts().tokens == tokens);
}

BOOST_AUTO_TEST_CASE(the_store_s_own_thread_keeps_the_clock_going_and_lets_a_close_through) {
    must(store.close());
    options.maintenance_interval_ms = 1;
    store = must(TokenStore::open(directory(), options));
    const auto cutoff_before_us = statistics().reclaim_cutoff_us;
    clock.advance_us(hour_us);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (statistics().reclaim_cutoff_us == cutoff_before_us && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    BOOST_TEST(statistics().reclaim_cutoff_us == cutoff_before_us + hour_us);
    BOOST_TEST(statistics().failed_maintenance == 0U);

    must(store.close());
    options.maintenance_interval_ms = 3'600'000;  // a close that waited for the next round would wait for an hour
    store = must(TokenStore::open(directory(), options));
    const auto began = std::chrono::steady_clock::now();
    must(store.close());
    BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::minutes(1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
