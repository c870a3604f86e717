// What an acknowledged call survives, by its mode: both survive a close, and lose_nothing is a sync of the log.
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/log_syncs.hpp"
#include "support/index_checker.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

constexpr auto synced = Durability::lose_nothing;

struct DurabilityFixture : StoreFixture {
    DurabilityFixture() {
        // The bounds of stamps and expiries are extended by synced writes of their own: have that behind us.
        import_one(1, year_us);
        must(store.maintain());
    }

    void import_one(std::uint64_t number, std::int64_t lifetime_us) {
        Token row = make_token(number);
        row.expires_at_us = clock.wall_us() + lifetime_us;
        must(store.import_tokens({&row, 1}, buffered));
    }

    template <class Call>
    [[nodiscard]] static std::uint64_t syncs_of(const Call& call) {
        const auto before = log_syncs();
        call();
        return log_syncs() - before;
    }
};

BOOST_FIXTURE_TEST_SUITE(durability, DurabilityFixture)

BOOST_AUTO_TEST_CASE(a_change_of_either_mode_is_there_after_a_close) {
    std::uint64_t number = 10;
    for (const auto mode : {synced, buffered}) {
        const auto login = [&](std::uint64_t n) { return new_token(n, {.user = number, .family = n}); };
        for (std::uint64_t i = 0; i < 4; ++i) {
            must(store.create_token(login(number + i), mode));
            clock.advance_us(second_us);
        }
        must(store.create_token(new_token(number + 8, {.user = number + 8, .family = number + 8}), mode));
        must(store.rotate_token(make_hash(number), successor(number + 5), mode));
        must(store.revoke_token(make_hash(number + 1), mode));
        must(store.revoke_family(make_family_id(number + 2), Counting::exact, mode));
        must(store.revoke_all_user_tokens(make_user_id(number + 8), Counting::exact, mode));
        reopen();
        BOOST_TEST(state(number) == TokenState::consumed);
        BOOST_TEST(state(number + 1) == TokenState::revoked);
        BOOST_TEST(state(number + 2) == TokenState::revoked);
        BOOST_TEST(state(number + 8) == TokenState::revoked);
        BOOST_TEST(session_hashes(number) == hashes_of({number + 3, number + 5}), boost::test_tools::per_element());
        number += 100;
    }
    must(store.close());
    BOOST_TEST(check_closed_store(directory()) == "");
}

BOOST_AUTO_TEST_CASE(a_call_is_synced_in_the_mode_that_loses_nothing_and_in_no_other) {
    struct Row {
        std::string_view name;
        std::function<void(std::uint64_t first, Durability)> call;
    };
    const std::vector<Row> rows{
        {"create_token", [this](auto n, auto mode) { must(store.create_token(new_token(n, {.family = n}), mode)); }},
        {"rotate_token", [this](auto n, auto mode) { must(store.rotate_token(make_hash(n), successor(n + 1), mode)); }},
        {"rotate_token, a replay",
         [this](auto n, auto mode) { must(store.rotate_token(make_hash(n), successor(n + 2), mode)); }},
        {"revoke_token", [this](auto n, auto mode) { must(store.revoke_token(make_hash(n + 1), mode)); }},
        {"revoke_family",
         [this](auto n, auto mode) { must(store.revoke_family(make_family_id(n + 3), Counting::skip, mode)); }},
        {"revoke_all_user_tokens",
         [this](auto n, auto mode) { must(store.revoke_all_user_tokens(make_user_id(n), Counting::skip, mode)); }},
        {"import_tokens",
         [this](auto n, auto mode) { must(store.import_tokens(std::vector{make_token(n + 4)}, mode)); }},
        {"cleanup_expired",
         [this](auto n, auto mode) {
             must(store.create_token(new_token(n + 5, {.user = n, .family = n + 5, .lifetime_us = 0}), buffered));
             BOOST_TEST(must(store.cleanup_expired(mode)) == 1U);
         }},
    };
    for (const auto& [name, call] : rows) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(syncs_of([&call = call] { call(1000, buffered); }) == 0U);
            BOOST_TEST(syncs_of([&call = call] { call(2000, synced); }) >= 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(ending_again_what_was_ended_without_a_sync_makes_the_end_safe) {
    const std::vector<std::function<void(Durability)>> revocations{
        [this](Durability mode) { must(store.revoke_token(make_hash(2), mode)); },
        [this](Durability mode) { must(store.revoke_family(make_family_id(2), Counting::skip, mode)); },
        [this](Durability mode) { must(store.revoke_all_user_tokens(make_user_id(2), Counting::skip, mode)); },
    };
    create(2, {.user = 2, .family = 2});
    for (std::size_t i = 0; i < revocations.size(); ++i) {
        BOOST_TEST_CONTEXT("revocation " << i) {
            BOOST_TEST(syncs_of([&] { revocations[i](buffered); }) == 0U);
            BOOST_TEST(syncs_of([&] { revocations[i](synced); }) >= 1U);
            BOOST_TEST(syncs_of([&] { revocations[i](buffered); }) == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_first_token_that_lives_longer_than_all_before_is_announced_by_a_sync) {
    // How long an end has to be kept must not be lost, even if the token itself may be.
    BOOST_TEST(syncs_of([this] { import_one(2, year_us + hour_us + 1); }) == 1U);
    BOOST_TEST(syncs_of([this] { import_one(3, year_us + hour_us + 1); }) == 0U);
}

BOOST_AUTO_TEST_CASE(flushing_and_closing_sync_what_was_not_synced) {
    create(2, {.user = 2, .family = 2});
    BOOST_TEST(syncs_of([this] { must(store.flush()); }) >= 1U);
    create(3, {.user = 3, .family = 3});
    BOOST_TEST(syncs_of([this] { must(store.close()); }) >= 1U);
}

BOOST_AUTO_TEST_CASE(a_look_up_syncs_nothing) {
    create(2, {.user = 2, .family = 2});
    BOOST_TEST(syncs_of([this] {
                   static_cast<void>(get(2));
                   static_cast<void>(is_valid(2));
                   static_cast<void>(sessions(2));
                   static_cast<void>(statistics());
                   static_cast<void>(rotate(404, 5));
               }) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
