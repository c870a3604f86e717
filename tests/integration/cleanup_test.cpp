// cleanup_expired: exactly what had expired goes, with its index entries, and is counted exactly.
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "codec/keys.hpp"
#include "support/arena.hpp"
#include "support/index_checker.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

using boost::test_tools::per_element;

constexpr std::int64_t grace_us = Options().reclaim_grace_us;

Options without_reclaiming() {
    Options options;
    options.reclaim_expired = false;
    return options;
}

struct CleanupFixture : StoreFixture {
    using StoreFixture::StoreFixture;

    std::uint64_t clean_up() { return must(store.cleanup_expired(buffered)); }

    /// Tokens of ten users and a hundred families.
    void import_tokens(std::uint64_t first, std::uint64_t count, std::int64_t lifetime_us) {
        std::vector<Token> rows;
        for (std::uint64_t number = first; number < first + count; ++number) {
            Token row = make_token(number);
            row.user_id = make_user_id(number % 10);
            row.family_id = make_family_id(number % 100);
            row.expires_at_us = clock.wall_us() + lifetime_us;
            rows.push_back(row);
        }
        for (const auto& answer : must(store.import_tokens(rows, buffered))) {
            BOOST_REQUIRE(answer.outcome == ImportOutcome::stored);
        }
    }

    /// The closed store as the filter would have left it, had it come to this entry alone.
    void without_entry(std::string_view index, std::string_view key) {
        must(store.close());
        PlainDatabase(directory()).remove(index, key);
        reopen();
    }

    struct Imported {
        std::uint64_t number;
        std::uint64_t user;
        std::uint64_t family;
    };

    void import_under_the_id_of(const Token& other, const Imported& imported) {
        Token row = make_token(imported.number);
        row.id = row.chain_id = other.id;
        row.user_id = make_user_id(imported.user);
        row.family_id = make_family_id(imported.family);
        row.expires_at_us = clock.wall_us() + day_us;
        BOOST_REQUIRE(must(store.import_tokens({&row, 1}, buffered)).front().outcome == ImportOutcome::stored);
    }

    void check_sound() {
        must(store.close());
        BOOST_TEST(check_closed_store(directory()) == "");
        reopen();
    }
};

struct WithoutReclaiming : CleanupFixture {
    WithoutReclaiming() : CleanupFixture(without_reclaiming()) {}
};

BOOST_FIXTURE_TEST_SUITE(cleanup_expired, CleanupFixture)

BOOST_AUTO_TEST_CASE(an_empty_store_has_nothing_to_remove) {
    BOOST_TEST(clean_up() == 0U);
    BOOST_TEST(statistics().cleaned_up == 0U);
}

BOOST_AUTO_TEST_CASE(at_its_expiry_a_token_is_removed_and_a_microsecond_before_it_stays) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us + 1});
    clock.advance_us(hour_us - 1);
    BOOST_TEST(clean_up() == 0U);
    clock.advance_us(1);
    BOOST_TEST(clean_up() == 1U);
    BOOST_TEST(!get(1));
    BOOST_TEST(is_valid(2));
    clock.advance_us(1);
    BOOST_TEST(clean_up() == 1U);
    BOOST_TEST(counts().tokens == 0U);
}

BOOST_AUTO_TEST_CASE(consumed_and_revoked_tokens_stay_until_they_expire_and_are_counted_then) {
    create(6, {.user = 1, .family = 6});
    clock.advance_us(second_us);
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    rotate(1, 2, 2 * hour_us);
    create(3, {.user = 1, .family = 3, .lifetime_us = hour_us});
    revoke(3);
    create(4, {.user = 1, .family = 4, .lifetime_us = hour_us});
    revoke_family(4);
    create(5, {.user = 5, .family = 5, .lifetime_us = hour_us});
    revoke_user(5);
    BOOST_TEST(clean_up() == 0U);
    BOOST_TEST(counts().tokens == 6U);

    clock.advance_us(hour_us);
    BOOST_TEST(clean_up() == 4U);  // 1, 3, 4 and 5
    for (const std::uint64_t number : {1U, 3U, 4U, 5U}) BOOST_TEST(!get(number));
    BOOST_TEST(session_hashes(1) == hashes_of({2, 6}), per_element());
    BOOST_TEST(get(2)->token.predecessor == make_hash(1));
    check_sound();

    clock.advance_us(hour_us);
    BOOST_TEST(clean_up() == 1U);
    BOOST_TEST(session_hashes(1) == hashes_of({6}), per_element());
    // The family's end is no token: it stays.
    BOOST_TEST(error_of(store.create_token(new_token(7, {.user = 1, .family = 4}))).code == ErrorCode::family_ended);
    check_sound();
}

BOOST_AUTO_TEST_CASE(the_index_entries_go_with_the_tokens_and_the_ids_are_free_again) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2});
    clock.advance_us(hour_us);
    auto counted = counts();
    BOOST_TEST(counted.users == 2U);
    BOOST_TEST(counted.families == 2U);
    BOOST_TEST(clean_up() == 1U);
    counted = counts();
    BOOST_TEST(counted.tokens == 1U);
    BOOST_TEST(counted.users == 1U);
    BOOST_TEST(counted.families == 1U);
    create(1, {.user = 3, .family = 1});  // the hash and the family's id
    BOOST_TEST(session_hashes(3) == hashes_of({1}), per_element());
    check_sound();
}

// The filter may take an entry of an expired tip before its record. Then its id is free for an import, and the chain
// that begins with that is no business of the record's.
BOOST_AUTO_TEST_CASE(a_session_imported_under_the_id_of_an_expired_one_stays_in_its_users_list) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    const auto expired = get(1)->token;
    clock.advance_us(hour_us);
    without_entry("by_user", codec::index_key(expired.user_id, expired.chain_id).view());
    import_under_the_id_of(expired, {.number = 2, .user = 1, .family = 1});
    BOOST_TEST(clean_up() == 1U);
    BOOST_TEST(!get(1));
    BOOST_TEST(session_hashes(1) == hashes_of({2}), per_element());
    check_sound();
}

BOOST_AUTO_TEST_CASE(so_does_one_that_took_the_family_to_another_user) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    const auto expired = get(1)->token;
    clock.advance_us(hour_us);
    without_entry("by_family", codec::index_key(expired.family_id, expired.chain_id).view());
    import_under_the_id_of(expired, {.number = 2, .user = 2, .family = 1});
    BOOST_TEST(clean_up() == 1U);
    BOOST_TEST(!get(1));
    BOOST_TEST(session_hashes(2) == hashes_of({2}), per_element());
    BOOST_TEST(must(store.revoke_family(make_family_id(1), Counting::exact)).live_ended.value() == 1U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(a_second_call_finds_nothing_and_removed_tokens_do_not_come_back) {
    import_tokens(1, 50, hour_us);
    flush_and_compact();  // the tokens lie in the last level, the removals above
    clock.advance_us(hour_us);
    BOOST_TEST(must(store.cleanup_expired()) == 50U);
    BOOST_TEST(clean_up() == 0U);
    reopen();
    BOOST_TEST(clean_up() == 0U);
    flush_and_compact();
    BOOST_TEST(clean_up() == 0U);
    BOOST_TEST(counts().tokens == 0U);
}

BOOST_AUTO_TEST_CASE(thousands_are_removed_in_one_call_and_the_unexpired_between_them_stay) {
    import_tokens(1, 3'500, hour_us);
    import_tokens(10'001, 1'500, 2 * hour_us);
    clock.advance_us(hour_us);
    BOOST_TEST(clean_up() == 3'500U);
    BOOST_TEST(statistics().cleaned_up == 3'500U);
    const auto counted = counts();
    BOOST_TEST(counted.tokens == 1'500U);
    BOOST_TEST(counted.live == 1'500U);
    BOOST_TEST(counted.users == 10U);
    BOOST_TEST(counted.families == 100U);
    check_sound();
    BOOST_TEST(clean_up() == 0U);
}

BOOST_AUTO_TEST_CASE(concurrent_calls_add_up_to_what_had_expired) {
    constexpr std::uint64_t expired_tokens = 3'000;
    import_tokens(1, expired_tokens, hour_us);
    import_tokens(10'001, 500, 2 * hour_us);
    clock.advance_us(hour_us);
    std::array<std::uint64_t, 4> removed{};
    run_together(removed.size(), [&](std::size_t index) { removed[index] = clean_up(); });
    BOOST_TEST(std::accumulate(removed.begin(), removed.end(), std::uint64_t{0}) == expired_tokens);
    BOOST_TEST(statistics().cleaned_up == expired_tokens);
    BOOST_TEST(counts().tokens == 500U);
    check_sound();
}

BOOST_AUTO_TEST_CASE(what_the_filter_took_before_is_not_counted) {
    import_tokens(1, 200, hour_us);
    import_tokens(1'001, 300, 2 * hour_us);
    clock.advance_us(hour_us + grace_us);
    flush_and_compact();
    BOOST_TEST(counts().tokens == 300U);
    clock.advance_us(hour_us);
    BOOST_TEST(clean_up() == 300U);
    BOOST_TEST(statistics().cleaned_up == 300U);
    BOOST_TEST(statistics().reclaimed_tokens == 200U);
}

BOOST_FIXTURE_TEST_CASE(each_moment_removes_what_expired_since_the_one_before, WithoutReclaiming) {
    constexpr std::uint64_t rows = 1'200;
    std::vector<Token> table;
    for (std::uint64_t number = 1; number <= rows; ++number) {
        Token row = make_token(number);
        row.created_at_us = clock.wall_us() - 30 * day_us;
        // From ten days ago to ten days ahead, every third one revoked.
        row.expires_at_us = clock.wall_us() + static_cast<std::int64_t>(number % 21) * day_us - 10 * day_us;
        row.revoked = number % 3 == 0;
        table.push_back(row);
    }
    must(store.import_tokens(table, buffered));
    const auto expired_by = [&](std::int64_t moment_us) {
        return static_cast<std::uint64_t>(std::count_if(
            table.begin(), table.end(), [&](const Token& row) { return row.expires_at_us <= moment_us; }));
    };
    std::uint64_t gone = 0;
    for (int day = 0; day <= 10; ++day) {
        BOOST_TEST_CONTEXT("day " << day) {
            const auto as_of_now = counts();
            BOOST_TEST(as_of_now.expired == expired_by(clock.wall_us()) - gone);
            flush_and_compact();  // takes nothing by itself here
            const auto removed = clean_up();
            BOOST_TEST(removed == as_of_now.expired);
            gone += removed;
            BOOST_TEST(counts().tokens == rows - gone);
            BOOST_TEST(counts().expired == 0U);
        }
        clock.advance_us(day_us);
    }
    BOOST_TEST(gone == rows);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
