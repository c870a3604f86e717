// get_valid_by_hashes answers as so many calls of get_valid_by_hash.
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

struct BatchFixture : StoreFixture {
    /// Compares the answers, and what they count as.
    std::size_t check_equals_single_calls(const std::vector<TokenHash>& hashes) {
        const auto start = statistics();
        std::vector<std::optional<Token>> singly;
        for (const auto& hash : hashes) singly.push_back(must(store.get_valid_by_hash(hash)));
        const auto middle = statistics();
        const auto together = must(store.get_valid_by_hashes(hashes));
        const auto end = statistics();

        BOOST_REQUIRE(together.size() == hashes.size());
        std::size_t valid = 0;
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            BOOST_TEST(together[i] == singly[i]);
            if (!together[i]) continue;
            BOOST_TEST(together[i]->hash == hashes[i]);
            ++valid;
        }
        BOOST_TEST(end.lookups_valid - middle.lookups_valid == middle.lookups_valid - start.lookups_valid);
        BOOST_TEST(end.lookups_refused - middle.lookups_refused == middle.lookups_refused - start.lookups_refused);
        BOOST_TEST(end.lookups_unknown - middle.lookups_unknown == middle.lookups_unknown - start.lookups_unknown);
        return valid;
    }

    /// Live 1, 2 and 14; everything else up to 20 dead or unknown. The same families and users have both.
    void fill() {
        create(3, {.user = 1, .family = 1, .lifetime_us = hour_us});  // will have expired
        clock.advance_us(hour_us);
        create(1, {.user = 1, .family = 1});
        create(2, {.user = 1, .family = 2});
        create(4, {.user = 1, .family = 1});
        rotate(4, 14);
        create(5, {.user = 1, .family = 1});
        revoke(5);
        create(6, {.user = 1, .family = 6});
        revoke_family(6);
        create(7, {.user = 7, .family = 7});
        revoke_user(7);
        create(8, {.user = 8, .family = 8});
        rotate(8, 18);
        rotate(8, 19);  // a replay
    }

    static std::vector<TokenHash> hashes_from_to(std::uint64_t first, std::uint64_t last) {
        std::vector<TokenHash> hashes;
        for (std::uint64_t number = first; number <= last; ++number) hashes.push_back(make_hash(number));
        return hashes;
    }
};

BOOST_FIXTURE_TEST_SUITE(validity_batch, BatchFixture)

BOOST_AUTO_TEST_CASE(no_hashes_give_no_answers) { BOOST_TEST(must(store.get_valid_by_hashes({})).empty()); }

BOOST_AUTO_TEST_CASE(tokens_in_every_state_are_answered_as_in_single_calls) {
    fill();
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(check_equals_single_calls(hashes_from_to(1, 20)) == 3U);
        if (round == 0) flush_and_compact();
        if (round == 1) reopen();
    }
}

BOOST_AUTO_TEST_CASE(one_hash_given_several_times_is_answered_each_time) {
    fill();
    BOOST_TEST(check_equals_single_calls(hashes_of({1, 1, 5, 1, 99, 5, 99, 1})) == 4U);
    BOOST_TEST(check_equals_single_calls(std::vector<TokenHash>(300, make_hash(2))) == 300U);
}

BOOST_AUTO_TEST_CASE(a_user_who_logged_in_again_has_the_new_token_alone) {
    create(1, {.user = 1, .family = 1});
    revoke_user(1);
    create(2, {.user = 1, .family = 1});
    BOOST_TEST(check_equals_single_calls(hashes_of({2, 1})) == 1U);
    BOOST_TEST(must(store.get_valid_by_hashes(hashes_of({2, 1}))).front().has_value());
}

BOOST_AUTO_TEST_CASE(the_moment_of_expiry_is_the_same_for_both) {
    create(1, {.user = 1, .family = 1, .lifetime_us = hour_us});
    create(2, {.user = 2, .family = 2, .lifetime_us = hour_us + 1});
    clock.advance_us(hour_us);
    BOOST_TEST(check_equals_single_calls(hashes_of({1, 2})) == 1U);
    clock.advance_us(1);
    BOOST_TEST(check_equals_single_calls(hashes_of({1, 2})) == 0U);
}

BOOST_AUTO_TEST_CASE(thousands_of_hashes_in_any_order_are_answered_in_their_places) {
    Dice dice(test_seed());
    std::vector<Token> rows;
    for (std::uint64_t number = 1; number <= 2'000; ++number) {
        Token row = make_token(number);
        row.user_id = make_user_id(number % 50);
        row.family_id = make_family_id(number % 250);
        row.expires_at_us = clock.wall_us() + dice.below_us(2 * hour_us) - hour_us;
        row.revoked = dice.chance(10);
        rows.push_back(row);
        if (rows.size() == 500) {  // some lie in table files, some in memory
            must(store.import_tokens(rows, buffered));
            if (number < 2'000) must(store.flush());
            rows.clear();
        }
    }
    for (std::uint64_t family = 0; family < 250; family += 10) revoke_family(family);
    for (std::uint64_t user = 1; user < 50; user += 10) revoke_user(user);
    std::vector<TokenHash> asked;
    for (int i = 0; i < 3'000; ++i) asked.push_back(make_hash(1 + dice.below(2'500)));
    const auto valid = check_equals_single_calls(asked);
    BOOST_TEST(valid > 100U);
    BOOST_TEST(valid < 2'500U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
