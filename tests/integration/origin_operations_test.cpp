// The eight operations that the SQL repository had, each on a token in each state: what it answers, and the state of
// the token afterwards.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

constexpr std::uint64_t live = 1;
constexpr std::uint64_t consumed = 2;
constexpr std::uint64_t revoked = 3;
constexpr std::uint64_t expired = 4;
constexpr std::uint64_t unknown = 5;
constexpr std::uint64_t successor_of_consumed = 12;

constexpr std::array<std::uint64_t, 5> all_tokens{live, consumed, revoked, expired, unknown};

constexpr std::optional<TokenState> not_stored = std::nullopt;

std::string_view name_of(std::uint64_t token) {
    constexpr std::array<std::string_view, 6> names{"", "live", "consumed", "revoked", "expired", "unknown"};
    return names.at(token);
}

std::optional<TokenState> state_before(std::uint64_t token) {
    switch (token) {
        case live:
            return TokenState::live;
        case consumed:
            return TokenState::consumed;
        case revoked:
            return TokenState::revoked;
        case expired:
            return TokenState::expired;
        default:
            return not_stored;
    }
}

/// One token in each state, each of a user and a family of its own number.
struct TokenInEachState : StoreFixture {
    TokenInEachState() {
        create(expired, of(expired, hour_us));
        clock.advance_us(hour_us);
        create(live, of(live));
        create(consumed, of(consumed));
        rotate(consumed, successor_of_consumed);
        create(revoked, of(revoked));
        revoke(revoked);
    }

    static Login of(std::uint64_t token, std::int64_t lifetime_us = 30 * day_us) { return {token, token, lifetime_us}; }

    void check_all_states_are_as_before() const {
        for (const auto token : all_tokens) {
            BOOST_TEST_CONTEXT(name_of(token)) { BOOST_TEST(state(token) == state_before(token)); }
        }
        BOOST_TEST(state(successor_of_consumed) == TokenState::live);
    }
};

BOOST_FIXTURE_TEST_SUITE(origin_operations, TokenInEachState)

BOOST_AUTO_TEST_CASE(create_token_stores_what_is_unknown_and_refuses_a_stored_hash_in_any_state) {
    for (const auto token : {live, consumed, revoked, expired}) {
        BOOST_TEST_CONTEXT(name_of(token)) {
            const auto error = error_of(store.create_token(new_token(token, of(token))));
            BOOST_TEST(error.code == ErrorCode::already_exists);
            BOOST_TEST(error.write == WriteState::nothing_written);
        }
    }
    check_all_states_are_as_before();

    const auto request = new_token(unknown, of(unknown));
    const auto created = must(store.create_token(request));
    BOOST_TEST(created.hash == request.hash);
    BOOST_TEST(created.user_id == request.user_id);
    BOOST_TEST(created.family_id == request.family_id);
    BOOST_TEST(created.expires_at_us == request.expires_at_us);
    BOOST_TEST(created.created_at_us == clock.wall_us());
    BOOST_TEST(created.chain_id == created.id);
    BOOST_TEST(state(unknown) == TokenState::live);
    BOOST_TEST(get(unknown)->token == created);
}

BOOST_AUTO_TEST_CASE(get_by_hash_finds_what_is_stored_in_any_state) {
    for (const auto token : all_tokens) {
        BOOST_TEST_CONTEXT(name_of(token)) {
            const auto found = must(store.get_by_hash(make_hash(token)));
            BOOST_REQUIRE(found.has_value() == (token != unknown));
            if (!found) continue;
            BOOST_TEST(found->token.hash == make_hash(token));
            BOOST_TEST(found->state == state_before(token));
            BOOST_TEST(found->revocation.has_value() == (token == revoked));
        }
    }
    BOOST_TEST(get(revoked)->revocation == (Revocation{RevocationReason::token_revoked, clock.wall_us()}));
    BOOST_TEST(get(consumed)->token.successor == make_hash(successor_of_consumed));
    check_all_states_are_as_before();
}

BOOST_AUTO_TEST_CASE(get_valid_by_hash_finds_the_live_token_alone) {
    for (const auto token : all_tokens) {
        BOOST_TEST_CONTEXT(name_of(token)) {
            const auto found = must(store.get_valid_by_hash(make_hash(token)));
            BOOST_TEST(found.has_value() == (token == live));
        }
    }
    BOOST_TEST(must(store.get_valid_by_hash(make_hash(live))) == get(live)->token);
    check_all_states_are_as_before();
}

BOOST_AUTO_TEST_CASE(revoke_token_ends_live_and_expired_tokens_and_leaves_the_others) {
    struct Row {
        std::uint64_t token;
        RevokeTokenOutcome outcome;
        std::optional<TokenState> state_after;
    };
    const std::array<Row, 5> rows{{
        {live, RevokeTokenOutcome::revoked, TokenState::revoked},
        {consumed, RevokeTokenOutcome::already_consumed, TokenState::consumed},
        {revoked, RevokeTokenOutcome::already_revoked, TokenState::revoked},
        {expired, RevokeTokenOutcome::revoked, TokenState::revoked},
        {unknown, RevokeTokenOutcome::not_found, not_stored},
    }};
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(name_of(row.token)) {
            BOOST_TEST(must(store.revoke_token(make_hash(row.token))) == row.outcome);
            BOOST_TEST(state(row.token) == row.state_after);
            BOOST_TEST(!is_valid(row.token));
        }
    }
    BOOST_TEST(state(successor_of_consumed) == TokenState::live);
}

BOOST_AUTO_TEST_CASE(revoke_family_ends_every_token_of_the_family_and_counts_the_live_ones) {
    struct Row {
        std::uint64_t family;
        std::uint64_t live_ended;
    };
    // The consumed token's family counts its successor.
    for (const auto& row : {Row{live, 1}, Row{consumed, 1}, Row{revoked, 0}, Row{expired, 0}, Row{unknown, 0}}) {
        BOOST_TEST_CONTEXT("the family of the token that is " << name_of(row.family)) {
            const auto result = must(store.revoke_family(make_family_id(row.family)));
            BOOST_TEST(result.newly_ended);
            BOOST_TEST(result.live_ended.value() == row.live_ended);
            BOOST_TEST(state(row.family) == (row.family == unknown ? not_stored : TokenState::revoked));
        }
    }
    BOOST_TEST(state(successor_of_consumed) == TokenState::revoked);
    BOOST_TEST(get(live)->revocation == (Revocation{RevocationReason::family_revoked, clock.wall_us()}));
    BOOST_TEST(get(revoked)->revocation->reason == RevocationReason::token_revoked);
}

BOOST_AUTO_TEST_CASE(revoke_all_user_tokens_ends_every_token_of_the_user_and_counts_the_live_ones) {
    struct Row {
        std::uint64_t user;
        std::uint64_t live_ended;
    };
    for (const auto& row : {Row{live, 1}, Row{consumed, 1}, Row{revoked, 0}, Row{expired, 0}, Row{unknown, 0}}) {
        BOOST_TEST_CONTEXT("the user of the token that is " << name_of(row.user)) {
            const auto result = must(store.revoke_all_user_tokens(make_user_id(row.user)));
            BOOST_TEST(result.newly_ended);
            BOOST_TEST(result.live_ended.value() == row.live_ended);
            BOOST_TEST(state(row.user) == (row.user == unknown ? not_stored : TokenState::revoked));
        }
    }
    BOOST_TEST(state(successor_of_consumed) == TokenState::revoked);
    BOOST_TEST(get(live)->revocation == (Revocation{RevocationReason::user_revoked, clock.wall_us()}));
}

BOOST_AUTO_TEST_CASE(get_user_active_sessions_lists_live_tokens_alone) {
    BOOST_TEST(session_hashes(live) == hashes_of({live}), boost::test_tools::per_element());
    BOOST_TEST(session_hashes(consumed) == hashes_of({successor_of_consumed}), boost::test_tools::per_element());
    for (const auto user : {revoked, expired, unknown}) {
        BOOST_TEST_CONTEXT("the user of the token that is " << name_of(user)) {
            BOOST_TEST(sessions(user).sessions.empty());
            BOOST_TEST(!sessions(user).next);
        }
    }
    check_all_states_are_as_before();
}

BOOST_AUTO_TEST_CASE(cleanup_expired_removes_the_expired_token_alone) {
    BOOST_TEST(must(store.cleanup_expired()) == 1U);
    BOOST_TEST(state(expired) == not_stored);
    for (const auto token : {live, consumed, revoked, unknown}) {
        BOOST_TEST_CONTEXT(name_of(token)) { BOOST_TEST(state(token) == state_before(token)); }
    }
    BOOST_TEST(must(store.cleanup_expired()) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
