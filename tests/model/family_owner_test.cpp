// A family that has lost all its tips while a consumed token of it is still stored: cases that random operations come
// upon by chance.
#include <utility>

#include <boost/test/unit_test.hpp>

#include <tokenstore/token_store.hpp>

#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

/// A family whose only chain has lost its tip to cleanup_expired: a long-lived token was rotated to one that expired
/// soon. What is left of the family is the consumed token.
class FamilyWithoutTip {
public:
    FamilyWithoutTip() : store_(open()) {
        BOOST_REQUIRE(store_.create_token(make_new_token(1)));
        Successor successor = make_successor(2);
        successor.expires_at_us = clock_.wall_us() + minute_us;
        BOOST_REQUIRE(store_.rotate_token(make_hash(1), successor));
        clock_.advance_us(minute_us);
        const auto removed = store_.cleanup_expired();
        BOOST_REQUIRE(removed);
        BOOST_TEST_REQUIRE(*removed == 1U);
    }

    [[nodiscard]] TokenStore& store() noexcept { return store_; }

    [[nodiscard]] static NewToken token_of_another_user() {
        NewToken token = make_new_token(3);
        token.family_id = make_family_id(1);
        return token;
    }

private:
    [[nodiscard]] TokenStore open() {
        Options options;
        options.clock = &clock_;
        options.maintenance_interval_ms = 0;
        auto opened = TokenStore::open(directory_.path() / "store", options);
        BOOST_REQUIRE(opened);
        return *std::move(opened);
    }

    TemporaryDirectory directory_;
    ManualClock clock_;
    TokenStore store_;
};

BOOST_AUTO_TEST_SUITE(family_owner)

BOOST_AUTO_TEST_CASE(a_family_of_which_only_a_consumed_token_is_left_is_unknown_and_takes_any_user) {
    FamilyWithoutTip family;
    BOOST_TEST(family.store().create_token(FamilyWithoutTip::token_of_another_user()).has_value());
}

BOOST_AUTO_TEST_CASE(a_token_that_the_alarm_ended_is_not_listed_whoever_its_user_is) {
    FamilyWithoutTip family;
    BOOST_REQUIRE(family.store().create_token(FamilyWithoutTip::token_of_another_user()));
    const auto replayed = family.store().rotate_token(make_hash(1), make_successor(4));
    BOOST_REQUIRE(replayed);
    BOOST_TEST(replayed->outcome == RotateOutcome::reuse_detected);
    const auto page = family.store().get_user_active_sessions(make_user_id(3));
    BOOST_REQUIRE(page);
    BOOST_TEST(page->sessions.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
