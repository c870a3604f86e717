// validate(): the answers of get_valid_by_hash, from memory where it can be, and never from before a change.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/dice.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"
#include "support/test_seed.hpp"

namespace tokenstore::test {
namespace {

struct ValidateFixture : StoreFixture {
    using StoreFixture::StoreFixture;

    /// Whether the token is valid, by each of the ways to ask, which must agree.
    bool is_valid(std::uint64_t number) {
        const auto hash = make_hash(number);
        const auto stored = must(store.get_valid_by_hash(hash));
        const std::vector<TokenHash> hashes{hash, hash};
        for (const auto& many : must(store.validate_many(hashes))) BOOST_TEST(many.has_value() == stored.has_value());
        const auto answer = must(store.validate(hash));
        BOOST_TEST(answer.has_value() == stored.has_value());
        if (answer && stored) {
            BOOST_TEST((answer->id == stored->id && answer->chain_id == stored->chain_id));
            BOOST_TEST((answer->user_id == stored->user_id && answer->family_id == stored->family_id));
            BOOST_TEST(answer->created_at_us == stored->created_at_us);
            BOOST_TEST(answer->expires_at_us == stored->expires_at_us);
        }
        return answer.has_value();
    }

    /// How many of the look-ups that `look` makes the engine is asked about.
    template <class Look>
    std::uint64_t misses_of(const Look& look) {
        const auto before = statistics().validity_cache_misses;
        look();
        return statistics().validity_cache_misses - before;
    }

    std::uint64_t misses_of_validating(std::uint64_t number, int times = 100) {
        return misses_of([&] {
            for (int i = 0; i < times; ++i) static_cast<void>(must(store.validate(make_hash(number))));
        });
    }
};

BOOST_FIXTURE_TEST_SUITE(validate, ValidateFixture)

BOOST_AUTO_TEST_CASE(a_good_token_costs_the_engine_one_look_up_however_often_it_is_presented) {
    create(1);
    BOOST_TEST(misses_of_validating(1) == 1U);
    BOOST_TEST(is_valid(1));
    BOOST_TEST(misses_of_validating(1) == 0U);
}

BOOST_AUTO_TEST_CASE(a_dead_token_costs_the_engine_one_look_up_however_often_it_is_presented) {
    create(1, {.user = 1, .family = 1});
    revoke(1);
    create(2, {.user = 2, .family = 2});
    rotate(2, 12);
    create(3, {.user = 3, .family = 3});
    revoke_family(3);
    create(4, {.user = 4, .family = 4});
    revoke_user(4);
    create(5, {.user = 5, .family = 5, .lifetime_us = hour_us});
    clock.advance_us(hour_us);
    for (std::uint64_t number = 1; number <= 5; ++number) {
        BOOST_TEST_CONTEXT("token " << number) {
            BOOST_TEST(misses_of_validating(number) == 1U);
            BOOST_TEST(!is_valid(number));
            BOOST_TEST(misses_of_validating(number) == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_good_token_that_expires_in_memory_is_refused_without_the_engine) {
    create(1, {.lifetime_us = hour_us});
    BOOST_TEST(is_valid(1));
    clock.advance_us(hour_us);
    BOOST_TEST(misses_of_validating(1) == 0U);
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(each_kind_of_end_shows_at_once) {
    for (std::uint64_t number = 1; number <= 5; ++number) create(number, {.user = number, .family = number});
    for (std::uint64_t number = 1; number <= 5; ++number) BOOST_TEST(is_valid(number));
    revoke(1);
    BOOST_TEST(!is_valid(1));
    rotate(2, 12);
    BOOST_TEST(!is_valid(2));
    BOOST_TEST(is_valid(12));
    rotate(2, 22);  // a replay, which ends the family
    BOOST_TEST(!is_valid(12));
    revoke_family(3);
    BOOST_TEST(!is_valid(3));
    revoke_user(4);
    BOOST_TEST(!is_valid(4));
    BOOST_TEST(is_valid(5));
    BOOST_TEST(misses_of_validating(5) == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_takes_all_tokens_of_a_family_and_of_a_user_with_it_at_once) {
    constexpr std::uint64_t sessions = 200;
    for (std::uint64_t number = 1; number <= sessions; ++number)
        create(number, {.user = 1, .family = 1 + number / 100});
    for (std::uint64_t number = 1; number <= sessions; ++number) BOOST_TEST(is_valid(number));
    revoke_family(1);
    for (std::uint64_t number = 1; number <= sessions; ++number) BOOST_TEST(is_valid(number) == (number >= 100));
    revoke_user(1);
    for (std::uint64_t number = 1; number <= sessions; ++number) BOOST_TEST(!is_valid(number));
}

BOOST_AUTO_TEST_CASE(a_token_issued_after_the_end_of_its_user_is_good) {
    create(1, {.user = 1, .family = 1});
    BOOST_TEST(is_valid(1));
    revoke_user(1);
    clock.advance_us(1);
    create(2, {.user = 1, .family = 2});
    BOOST_TEST(is_valid(2));
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_hash_that_was_dead_in_memory_is_good_once_it_is_stored_anew) {
    create(1, {.lifetime_us = hour_us});
    BOOST_TEST(is_valid(1));
    clock.advance_us(hour_us);
    BOOST_TEST(!is_valid(1));
    must(store.cleanup_expired());
    BOOST_TEST(!is_valid(1));
    create(1, {.user = 2, .family = 2});
    BOOST_TEST(is_valid(1));
}

BOOST_AUTO_TEST_CASE(an_imported_end_shows_at_once) {
    const Token token = create(1);
    BOOST_TEST(is_valid(1));
    Token row = token;
    row.revoked = true;
    row.revoked_at_us = clock.wall_us();
    must(store.import_tokens(std::vector{row}));
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_ahead_does_not_leave_a_good_token_dead) {
    create(1, {.lifetime_us = hour_us});
    BOOST_TEST(is_valid(1));
    clock.jump_us(10 * hour_us);
    BOOST_TEST(!must(store.validate(make_hash(1))).has_value());
    clock.jump_us(-10 * hour_us);
    BOOST_TEST(is_valid(1));

    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us});
    clock.jump_us(10 * hour_us);
    BOOST_TEST(!must(store.validate(make_hash(2))).has_value());  // first seen as expired
    clock.jump_us(-10 * hour_us);
    BOOST_TEST(is_valid(2));
}

BOOST_AUTO_TEST_CASE(a_token_that_was_reclaimed_by_a_clock_that_was_wrong_is_not_remembered_as_good) {
    create(1, {.lifetime_us = day_us});
    BOOST_TEST(is_valid(1));
    clock.jump_us(2 * day_us);
    must(store.trust_clock());
    flush_and_compact();
    BOOST_TEST(!get(1));
    clock.jump_us(-2 * day_us);
    must(store.trust_clock());
    BOOST_TEST(!is_valid(1));
    create(2, {.user = 2, .family = 2});
    BOOST_TEST(is_valid(2));
    BOOST_TEST(misses_of_validating(2) == 0U);
}

BOOST_AUTO_TEST_CASE(unknown_tokens_are_refused_and_take_no_room) {
    create(1);
    BOOST_TEST(is_valid(1));
    for (std::uint64_t number = 1'000; number < 3'000; ++number) BOOST_TEST(!must(store.validate(make_hash(number))));
    BOOST_TEST(misses_of_validating(1) == 0U);
    BOOST_TEST(!is_valid(1'000));
    create(1'000, {.user = 2, .family = 2});
    BOOST_TEST(is_valid(1'000));
}

BOOST_AUTO_TEST_CASE(a_raw_token_is_hashed_and_validated_in_one_call) {
    const auto raw = must(generate_token());
    auto token = new_token(1);
    token.hash = hash_token(raw);
    must(store.create_token(token, buffered));
    const auto answer = must(store.validate_presented(raw.reveal()));
    BOOST_REQUIRE(answer);
    BOOST_TEST((answer->user_id == token.user_id));
    BOOST_TEST(!must(store.validate_presented("no token of ours")));
    BOOST_TEST(!must(store.validate_presented("")));
}

BOOST_AUTO_TEST_CASE(many_answers_are_those_of_single_calls_and_count_as_those) {
    const auto seed = test_seed();
    Dice dice(seed);
    for (std::uint64_t number = 1; number <= 60; ++number) create(number, {.user = number % 5, .family = number % 20});
    for (std::uint64_t number = 1; number <= 60; number += 7) revoke(number);
    revoke_family(3);
    revoke_user(4);
    for (int round = 0; round < 50; ++round) {
        std::vector<TokenHash> hashes;
        for (auto left = dice.below(100); left > 0; --left) hashes.push_back(make_hash(dice.below(80)));
        const auto start = statistics();
        std::vector<std::optional<ValidToken>> singly;
        for (const auto& hash : hashes) singly.push_back(must(store.validate(hash)));
        const auto middle = statistics();
        const auto together = must(store.validate_many(hashes));
        const auto end = statistics();
        BOOST_TEST((together == singly));
        BOOST_TEST(end.lookups_valid - middle.lookups_valid == middle.lookups_valid - start.lookups_valid);
        BOOST_TEST(end.lookups_refused - middle.lookups_refused == middle.lookups_refused - start.lookups_refused);
        BOOST_TEST(end.lookups_unknown - middle.lookups_unknown == middle.lookups_unknown - start.lookups_unknown);
    }
}

struct UncachedFixture : ValidateFixture {
    UncachedFixture() : ValidateFixture({.validity_cache_bytes = 0}) {}
};

BOOST_FIXTURE_TEST_CASE(without_the_cache_the_engine_answers_each_time, UncachedFixture) {
    create(1);
    BOOST_TEST(misses_of_validating(1, 10) == 10U);
    BOOST_TEST(is_valid(1));
    revoke(1);
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_closed_store_answers_that_it_is_closed) {
    create(1);
    BOOST_TEST(is_valid(1));
    must(store.close());
    BOOST_TEST((store.validate(make_hash(1)).error().code == ErrorCode::closed));
    BOOST_TEST((store.validate_many(std::vector{make_hash(1)}).error().code == ErrorCode::closed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
