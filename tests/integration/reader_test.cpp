// StoreReader: a look at a store without owning it.
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "codec/keys.hpp"
#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

struct ReaderFixture : StoreFixture {
    /// Tokens 1 to `count`, ten of each family and a hundred of each user.
    void import(std::uint64_t count) {
        std::vector<Token> rows;
        for (std::uint64_t number = 1; number <= count; ++number) {
            Token& row = rows.emplace_back(make_token(number));
            row.family_id = make_family_id(number / 10);
            row.user_id = make_user_id(number / 100);
        }
        for (const ImportedRow& row : must(store.import_tokens(rows, buffered))) {
            BOOST_REQUIRE(row.outcome == ImportOutcome::stored);
        }
    }
};

// So many that a walk over them reads all ends at once.
constexpr std::uint64_t many = 12'000;

BOOST_FIXTURE_TEST_SUITE(store_reader, ReaderFixture)

BOOST_AUTO_TEST_CASE(users_and_families_count_while_they_have_a_token_that_was_not_rotated_away) {
    create(1, {.user = 1, .family = 1, .lifetime_us = 30 * day_us});
    rotate(1, 2, hour_us);
    create(3, {.user = 2, .family = 2});
    revoke(3);
    clock.advance_us(hour_us);
    auto counted = counts();  // one expired, one revoked: live or not, they are tips
    BOOST_TEST(counted.tokens == 3U);
    BOOST_TEST(counted.live == 0U);
    BOOST_TEST(counted.users == 2U);
    BOOST_TEST(counted.families == 2U);

    BOOST_TEST(must(store.cleanup_expired()) == 1U);
    counted = counts();
    BOOST_TEST(counted.tokens == 2U);
    BOOST_TEST(counted.consumed == 1U);
    BOOST_TEST(counted.users == 1U);
    BOOST_TEST(counted.families == 1U);
}

BOOST_AUTO_TEST_CASE(long_walk_judges_each_token_as_a_look_up_does) {
    import(many);
    for (std::uint64_t number = 1; number < many; number += 1'000) {
        revoke(number);
        revoke_family(number / 10 + 1);
        revoke_user(number / 100 + 2);
    }
    const StoreReader view = reader();
    std::uint64_t revoked = 0;
    const auto walked = must(view.walk_tokens({.as_of_us = clock.wall_us()}, [&](const JudgedToken& judged) {
        const auto looked_up = must(view.get_by_hash(judged.token.hash, clock.wall_us())).value();
        BOOST_TEST((judged.state == looked_up.state && judged.revocation == looked_up.revocation));
        if (judged.revocation) ++revoked;
        return true;
    }));
    BOOST_TEST(walked.visited == many);
    BOOST_TEST(revoked == 12U * (1 + 10 + 100));
}

BOOST_AUTO_TEST_CASE(long_walk_passes_over_the_tokens_of_a_damaged_end_alone) {
    import(many);
    revoke_family(7);
    revoke_user(9);
    must(store.close());
    PlainDatabase(directory()).put("revocations", codec::family_end_key(make_family_id(7)).view(), "no end of ours");
    const auto walked = must(
        reader().walk_tokens({.as_of_us = clock.wall_us(), .on_damage = OnDamage::skip}, [](const JudgedToken& judged) {
            BOOST_TEST(judged.token.family_id != make_family_id(7));
            BOOST_TEST(judged.revocation.has_value() == (judged.token.user_id == make_user_id(9)));
            return true;
        }));
    BOOST_TEST(walked.visited == many - 10);
    BOOST_TEST(walked.damaged_records == 10U);
}

BOOST_AUTO_TEST_CASE(measuring_ends_at_once_when_it_is_told_to) {
    import(1'500);
    std::uint64_t told = 0;
    const auto stop_at = [&told](std::uint64_t most) {
        return [&told, most](std::uint64_t done, std::uint64_t /*estimated_total*/) {
            told = done;
            return done < most;
        };
    };
    const StoreReader view = reader();
    const auto among_tokens = must(view.measure({.as_of_us = clock.wall_us(), .on_progress = stop_at(1'024)}));
    BOOST_TEST(told == 1'024U);
    BOOST_TEST(among_tokens.walked.visited == 1'024U);
    BOOST_TEST(among_tokens.live.records == 1'024U);
    BOOST_TEST(among_tokens.family_entries.value().records == 1'024U);  // the entries that these tokens have
    BOOST_TEST(!among_tokens.family_ends.has_value());

    const auto among_entries = must(view.measure({.as_of_us = clock.wall_us(), .on_progress = stop_at(2'048)}));
    BOOST_TEST(told == 2'048U);
    BOOST_TEST(among_entries.live.records == 1'500U);
    BOOST_TEST(among_entries.family_entries.value().records == 2'048U - 1'500U);
    BOOST_TEST(!among_entries.user_entries.has_value());
    BOOST_TEST(!among_entries.family_ends.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
