// An orderly close and a new open: nothing of what was stored is different.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <tokenstore/token_store.hpp>

#include "support/index_checker.hpp"
#include "support/manual_clock.hpp"
#include "support/printers.hpp"
#include "support/temporary_directory.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::test {
namespace {

constexpr Durability weak = Durability::lose_on_power_failure;

/// A store with a token in each state, and more than one of some.
class ReopenedStore {
public:
    ReopenedStore() : store_(open()) {
        for (std::uint64_t number = 0; number < 40; ++number) {
            NewToken token = make_new_token(number);
            token.user_id = make_user_id(number % 4);
            token.device_name = "device " + std::to_string(number);
            if (number % 10 == 9) token.expires_at_us = clock_.wall_us() + second_us;
            BOOST_REQUIRE(store_.create_token(token, weak));
            clock_.advance_us(1);
        }
        clock_.advance_us(second_us);
        for (std::uint64_t number = 0; number < 8; ++number) {
            BOOST_REQUIRE(store_.rotate_token(make_hash(number), make_successor(100 + number), weak));
        }
        BOOST_REQUIRE(store_.rotate_token(make_hash(0), make_successor(200), weak));  // reuse: ends the family
        BOOST_REQUIRE(store_.revoke_token(make_hash(10), weak));
        BOOST_REQUIRE(store_.revoke_family(make_family_id(11), Counting::skip, weak));
        BOOST_REQUIRE(store_.revoke_all_user_tokens(make_user_id(3), Counting::skip, weak));
        NewToken after_the_end = make_new_token(50);
        after_the_end.user_id = make_user_id(3);
        BOOST_REQUIRE(store_.create_token(after_the_end, weak));
    }

    void reopen() {
        BOOST_REQUIRE(store_.close());
        BOOST_TEST(check_closed_store(directory_.path() / "store") == "");
        store_ = open();
    }

    [[nodiscard]] TokenStore& store() noexcept { return store_; }

    /// Every token, and the sessions of every user, as text.
    [[nodiscard]] std::string contents() const {
        std::ostringstream text;
        for (std::uint64_t number = 0; number < 250; ++number) {
            const auto found = store_.get_by_hash(make_hash(number));
            BOOST_REQUIRE(found);
            if (*found) boost_test_print_type(text, **found) << '\n';
        }
        for (std::uint64_t user = 0; user < 4; ++user) {
            const auto page = store_.get_user_active_sessions(make_user_id(user));
            BOOST_REQUIRE(page);
            for (const Token& token : page->sessions) text << "listed: " << to_hex(token.hash) << '\n';
        }
        return text.str();
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

BOOST_AUTO_TEST_SUITE(reopening)

BOOST_AUTO_TEST_CASE(an_orderly_close_keeps_everything) {
    ReopenedStore reopened;
    const std::string before = reopened.contents();
    for (const auto state : {"live: ", "consumed: ", "expired: ", "revoked: token_revoked", "revoked: family_revoked",
                             "revoked: reuse_detected", "revoked: user_revoked", "listed: "}) {
        BOOST_TEST(before.find(state) != std::string::npos, "the store has no " << state);
    }
    for (int times = 0; times < 3; ++times) {
        reopened.reopen();
        BOOST_TEST(reopened.contents() == before);
    }
}

BOOST_AUTO_TEST_CASE(an_end_still_holds_after_a_close) {
    ReopenedStore reopened;
    reopened.reopen();
    NewToken into_ended_family = make_new_token(60);
    into_ended_family.family_id = make_family_id(11);
    into_ended_family.user_id = make_user_id(11 % 4);
    const auto created = reopened.store().create_token(into_ended_family, weak);
    BOOST_REQUIRE(!created);
    BOOST_TEST(created.error().code == ErrorCode::family_ended);

    const auto rotated = reopened.store().rotate_token(make_hash(1), make_successor(201), weak);
    BOOST_REQUIRE(rotated);
    BOOST_TEST(rotated->outcome == RotateOutcome::reuse_detected);
}

BOOST_AUTO_TEST_CASE(issue_stamps_go_on_growing_after_a_close) {
    ReopenedStore reopened;
    const auto before = reopened.store().create_token(make_new_token(70), weak);
    BOOST_REQUIRE(before);
    reopened.reopen();
    const auto after = reopened.store().create_token(make_new_token(71), weak);
    BOOST_REQUIRE(after);
    BOOST_TEST(after->issue_stamp_us > before->issue_stamp_us);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
