// get_user_active_sessions: what is listed, in which order, and paging while sessions come and go.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

using boost::test_tools::per_element;

struct SessionsFixture : StoreFixture {
    /// Sessions of user 1, each a family of its own, a second apart; the last one is the newest.
    void log_in(std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t number = first; number <= last; ++number) {
            clock.advance_us(second_us);
            create(number, {.user = 1, .family = number});
        }
    }

    static std::vector<TokenHash> newest_first(std::uint64_t newest, std::uint64_t oldest) {
        std::vector<TokenHash> hashes;
        for (std::uint64_t number = newest; number >= oldest; --number) hashes.push_back(make_hash(number));
        return hashes;
    }

    /// All pages of user 1; `between` is called after each but the last.
    std::vector<TokenHash> page_through(
        std::size_t limit, const std::function<void()>& between = [] {}) {
        std::vector<TokenHash> all;
        SessionPageRequest request{limit, std::nullopt};
        for (;;) {
            const auto page = sessions(1, request);
            for (const Token& token : page.sessions) all.push_back(token.hash);
            if (!page.next) return all;
            BOOST_REQUIRE(page.sessions.size() == limit);
            BOOST_TEST(page.next->last_chain == page.sessions.back().chain_id);
            request.after = page.next;
            between();
        }
    }
};

BOOST_FIXTURE_TEST_SUITE(sessions_of_a_user, SessionsFixture)

BOOST_AUTO_TEST_CASE(imported_sessions_are_listed_newest_first_whatever_the_version_of_their_ids) {
    std::vector<Token> rows;
    for (std::uint64_t number = 1; number <= 20; ++number) {
        Token row = make_token(number);
        row.user_id = make_user_id(1);
        row.created_at_us = clock.wall_us() - static_cast<std::int64_t>(number * 7 % 20) * second_us;
        row.expires_at_us = clock.wall_us() + day_us;
        row.id = must(generate_id<TokenId>(row.created_at_us));
        if (number % 2 == 0) {
            row.id = make_token_id(number);
            row.id.bytes[6] = static_cast<std::uint8_t>(0x40U | (row.id.bytes[6] & 0x0fU));  // version 4
        }
        rows.push_back(row);
    }
    must(store.import_tokens(rows, buffered));
    clock.advance_us(1);
    create(21, {.user = 1, .family = 21});
    std::ranges::sort(rows, std::ranges::greater{}, &Token::created_at_us);
    std::vector<TokenHash> expected{make_hash(21)};
    for (const Token& row : rows) expected.push_back(row.hash);
    BOOST_TEST(page_through(3) == expected, per_element());
    BOOST_TEST(must(store.import_tokens(rows, buffered)).front().outcome == ImportOutcome::unchanged);
}

BOOST_AUTO_TEST_CASE(sessions_are_listed_newest_login_first_wherever_they_lie_on_disk) {
    log_in(1, 3);
    create(100, {.user = 2, .family = 100});
    flush_and_compact();
    log_in(4, 5);
    must(store.flush());
    log_in(6, 7);
    BOOST_TEST(session_hashes(1) == newest_first(7, 1), per_element());
    reopen();
    BOOST_TEST(session_hashes(1) == newest_first(7, 1), per_element());
    for (const Token& token : sessions(1).sessions) BOOST_TEST(token == must(store.get_valid_by_hash(token.hash)));
    BOOST_TEST(session_hashes(2) == hashes_of({100}), per_element());
    BOOST_TEST(sessions(3).sessions.empty());
}

BOOST_AUTO_TEST_CASE(a_session_keeps_the_place_of_its_login_when_it_is_rotated) {
    log_in(1, 3);
    rotate(1, 11);
    rotate(3, 13);
    BOOST_TEST(session_hashes(1) == hashes_of({13, 2, 11}), per_element());
}

BOOST_AUTO_TEST_CASE(dead_tokens_are_not_listed) {
    log_in(1, 9);
    clock.advance_us(second_us);
    create(10, {.user = 1, .family = 10, .lifetime_us = hour_us});  // will have expired
    create(11, {.user = 1, .family = 11, .lifetime_us = hour_us + 1});
    create(12, {.user = 1, .family = 5});
    rotate(2, 20);
    rotate(20, 21);
    revoke(3);
    revoke_family(5);  // with 12
    rotate(6, 60);
    rotate(6, 61);  // a replay: family 6 is ended
    rotate(7, 70, hour_us);
    clock.advance_us(hour_us);
    BOOST_TEST(session_hashes(1) == hashes_of({11, 9, 8, 4, 21, 1}), per_element());
    BOOST_TEST(page_through(1) == hashes_of({11, 9, 8, 4, 21, 1}), per_element());
    BOOST_TEST(revoke_user(1).live_ended.value() == 6U);
    BOOST_TEST(sessions(1).sessions.empty());
    clock.advance_us(second_us);
    create(13, {.user = 1, .family = 13});
    BOOST_TEST(session_hashes(1) == hashes_of({13}), per_element());
}

BOOST_AUTO_TEST_CASE(pages_hold_everything_once_at_every_number_of_sessions) {
    constexpr std::size_t limit = 4;
    for (std::uint64_t stored = 0; stored <= 3 * limit + 1; ++stored) {
        if (stored > 0) log_in(stored, stored);
        BOOST_TEST_CONTEXT(stored << " sessions") {
            const auto page = sessions(1, {limit, std::nullopt});
            BOOST_TEST(page.sessions.size() == std::min<std::size_t>(stored, limit));
            BOOST_TEST(page.next.has_value() == (stored > limit));
            BOOST_TEST(page_through(limit) == newest_first(stored, 1), per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_page_takes_as_many_sessions_as_the_largest_limit) {
    std::vector<Token> rows;
    for (std::uint64_t number = 1; number <= 2 * max_page_limit + 1; ++number) {
        Token row = make_token(number);
        row.user_id = make_user_id(1);
        rows.push_back(row);
    }
    must(store.import_tokens(rows, buffered));
    const auto all = newest_first(rows.size(), 1);
    for (const std::size_t limit : {std::size_t{7}, std::size_t{500}, max_page_limit}) {
        BOOST_TEST_CONTEXT("limit " << limit) { BOOST_TEST((page_through(limit) == all)); }
    }
    BOOST_TEST(sessions(1, {}).sessions.size() == SessionPageRequest().limit);
}

BOOST_AUTO_TEST_CASE(limits_out_of_range_are_refused) {
    log_in(1, 1);
    for (const std::size_t limit : {std::size_t{0}, max_page_limit + 1, std::numeric_limits<std::size_t>::max()}) {
        const auto error = error_of(store.get_user_active_sessions(make_user_id(1), {limit, std::nullopt}));
        BOOST_TEST(error.code == ErrorCode::invalid_page);
        BOOST_TEST(error.advice() == Advice::fix_request);
    }
}

BOOST_AUTO_TEST_CASE(sessions_that_begin_between_pages_neither_repeat_nor_hide_older_ones) {
    log_in(1, 20);
    std::uint64_t newest = 20;
    const auto seen = page_through(3, [&] {
        ++newest;
        log_in(newest, newest);
    });
    BOOST_TEST(seen == newest_first(20, 1), per_element());
}

BOOST_AUTO_TEST_CASE(sessions_that_end_between_pages_hide_no_others) {
    log_in(1, 20);
    std::uint64_t ended = 0;
    const auto seen = page_through(4, [&] {
        switch (ended++) {
            case 0:
                revoke(17);  // the cursor's own
                break;
            case 1:
                revoke_family(13);  // the cursor's own
                revoke_family(12);
                break;
            case 2:
                revoke(20);  // seen long ago
                break;
            default:
                break;
        }
    });
    auto expected = newest_first(20, 1);
    std::erase(expected, make_hash(12));
    BOOST_TEST(seen == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_cursor_goes_on_from_its_place_after_its_session_was_removed) {
    log_in(1, 2);
    clock.advance_us(second_us);
    create(3, {.user = 1, .family = 3, .lifetime_us = hour_us});
    const auto page = sessions(1, {1, std::nullopt});
    BOOST_REQUIRE(page.next.has_value());
    clock.advance_us(hour_us);
    BOOST_TEST(must(store.cleanup_expired()) == 1U);
    reopen();
    const auto rest = sessions(1, {2, page.next});
    BOOST_REQUIRE(rest.sessions.size() == 2U);
    BOOST_TEST(rest.sessions.front().hash == make_hash(2));
    BOOST_TEST(!rest.next);
}

BOOST_AUTO_TEST_CASE(sessions_rotated_between_pages_are_seen_once) {
    log_in(1, 9);
    std::uint64_t successor_number = 100;
    std::set<TokenId> chains;
    std::size_t listed = 0;
    SessionPageRequest request{2, std::nullopt};
    for (;;) {
        const auto page = sessions(1, request);
        for (const Token& token : page.sessions) {
            chains.insert(token.chain_id);
            ++listed;
        }
        if (!page.next) break;
        request.after = page.next;
        for (const Token& token : sessions(1).sessions) {
            must(store.rotate_token(token.hash, successor(successor_number++), buffered));
        }
    }
    BOOST_TEST(listed == 9U);
    BOOST_TEST(chains.size() == 9U);
}

BOOST_AUTO_TEST_CASE(a_page_is_full_although_most_entries_before_it_are_dead) {
    log_in(1, 300);
    for (std::uint64_t number = 1; number <= 300; ++number) {
        if (number % 50 == 0) continue;
        if (number % 2 == 0) {
            revoke(number);
        } else {
            revoke_family(number);
        }
    }
    const auto page = sessions(1, {5, std::nullopt});
    BOOST_TEST(page.sessions.size() == 5U);
    BOOST_TEST(page.next.has_value());
    BOOST_TEST(page_through(5) == hashes_of({300, 250, 200, 150, 100, 50}), per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
