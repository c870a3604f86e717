// import_tokens: what becomes of each row, and that an imported row is covered by every end that covers it, for as long
// as it lives.
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

struct ImportFixture : StoreFixture {
    [[nodiscard]] Token row(std::uint64_t number, const Login& login) const {
        Token token = make_token(number);
        token.user_id = make_user_id(login.user);
        token.family_id = make_family_id(login.family);
        token.created_at_us = clock.wall_us();
        token.issue_stamp_us = token.created_at_us;
        token.expires_at_us = clock.wall_us() + login.lifetime_us;
        return token;
    }

    ImportedRow import_row(const Token& token) { return must(store.import_tokens({&token, 1}, buffered)).at(0); }

    void check_is_revoked_until_it_expires(const Token& token) {
        while (clock.wall_us() + day_us < token.expires_at_us) {
            clock.advance_us(day_us);
            must(store.maintain());
        }
        flush_and_compact();
        const auto judged = must(store.get_by_hash(token.hash));
        BOOST_REQUIRE(judged.has_value());
        BOOST_TEST(judged->state == TokenState::revoked);
        BOOST_TEST(!must(store.get_valid_by_hash(token.hash)).has_value());
    }
};

BOOST_FIXTURE_TEST_SUITE(import_tokens, ImportFixture)

BOOST_AUTO_TEST_CASE(a_row_taken_over_while_the_clock_was_ahead_is_ended_with_its_user_after_the_clock_was_set_right) {
    must(store.close());
    clock.jump_us(hour_us);
    store = must(TokenStore::open(directory(), options));
    BOOST_TEST(import_row(row(1, {.user = 1, .family = 1})).outcome == ImportOutcome::stored);
    clock.jump_us(-hour_us);
    must(store.trust_clock());
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_row_of_a_family_ended_long_ago_stays_ended_as_long_as_it_lives) {
    create(1, {.user = 1, .family = 1});
    revoke_family(1);
    clock.advance_us(300 * day_us);
    const auto late = row(2, {.user = 1, .family = 1, .lifetime_us = options.longest_token_lifetime_us});
    BOOST_TEST(import_row(late).outcome == ImportOutcome::stored);
    BOOST_TEST(state(2) == TokenState::revoked);
    check_is_revoked_until_it_expires(late);
}

BOOST_AUTO_TEST_CASE(a_row_created_before_its_user_was_ended_stays_ended_as_long_as_it_lives) {
    auto late = row(2, {.user = 1, .family = 2});
    clock.advance_us(day_us);
    revoke_user(1);
    clock.advance_us(300 * day_us);
    late.expires_at_us = clock.wall_us() + options.longest_token_lifetime_us;
    BOOST_TEST(import_row(late).outcome == ImportOutcome::stored);
    BOOST_TEST(state(2) == TokenState::revoked);
    check_is_revoked_until_it_expires(late);
}

BOOST_AUTO_TEST_CASE(two_rows_with_one_id_do_not_hide_each_other_from_the_sessions) {
    const auto first = row(1, {.user = 1, .family = 1});
    auto second = row(2, {.user = 1, .family = 1});
    second.id = first.id;
    BOOST_TEST(import_row(first).outcome == ImportOutcome::stored);
    const auto answer = import_row(second);
    // The id is what the listing knows a chain by: a second row with it is refused, or listed like the first.
    const std::size_t stored = answer.outcome == ImportOutcome::refused ? 1U : 2U;
    BOOST_TEST(counts().live == stored);
    BOOST_TEST(session_hashes(1).size() == stored);
    BOOST_TEST(revoke_user(1).live_ended.value() == stored);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
