// Every call on a store in which all records of one kind are damaged: the answer is right without them, or an error.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/plain_database.hpp"
#include "support/printers.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

/// Token 1 is live; 2 was rotated to 3; the family of 4 and the user of 5 were ended. User and family of a token have
/// its number.
struct GarbledFixture : StoreFixture {
    GarbledFixture() {
        for (const std::uint64_t number : {1U, 2U, 4U, 5U}) create(number, {.user = number, .family = number});
        rotate(2, 3);
        revoke_family(4);
        revoke_user(5);
        must(store.close());
    }

    /// Damages what lies under the keys of this kind, by their first byte where one is given.
    void garble(std::string_view family, std::string_view first_bytes = {}) {
        PlainDatabase database(directory());
        std::uint64_t garbled = 0;
        for (const auto& key : database.keys(family)) {
            if (!first_bytes.empty() && first_bytes.find(key.front()) == std::string_view::npos) continue;
            auto value = database.get(family, key).value();
            value.back() = static_cast<char>(value.back() ^ 1);
            database.put(family, key, value);
            ++garbled;
        }
        BOOST_TEST(garbled > 0U);
    }

    void open_again() { store = must(TokenStore::open(directory(), options)); }

    template <class Value>
    static void check_corrupt(const Result<Value>& result) {
        const auto error = error_of(result);
        BOOST_TEST(error.code == ErrorCode::corrupt);
        BOOST_TEST(error.write == WriteState::nothing_written);
    }

    /// The end was written; how many tokens it ended could not be read.
    static void check_ended_uncounted(const Result<RevokeResult>& result) {
        const auto error = error_of(result);
        BOOST_TEST(error.code == ErrorCode::corrupt);
        BOOST_TEST(error.write == WriteState::partly_written);
    }

    [[nodiscard]] Result<std::vector<ImportedRow>> import_one(std::uint64_t number, std::uint64_t owner) {
        Token row = make_token(number);
        row.user_id = make_user_id(owner);
        row.family_id = make_family_id(owner);
        return store.import_tokens({&row, 1}, buffered);
    }
};

BOOST_FIXTURE_TEST_SUITE(garbled_records, GarbledFixture)

BOOST_AUTO_TEST_CASE(without_readable_tokens_nobody_is_let_in_and_sessions_can_be_ended) {
    garble("tokens");
    open_again();
    for (const std::uint64_t number : {1U, 2U, 3U, 4U, 5U}) {
        check_corrupt(store.get_by_hash(make_hash(number)));
        check_corrupt(store.get_valid_by_hash(make_hash(number)));
        check_corrupt(store.validate(make_hash(number)));
        check_corrupt(store.get_valid_by_hashes(hashes_of({99, number})));
        check_corrupt(store.validate_many(hashes_of({99, number})));
        check_corrupt(store.rotate_token(make_hash(number), successor(90), buffered));
        check_corrupt(store.revoke_token(make_hash(number), buffered));
        check_corrupt(import_one(number, number));
    }
    check_corrupt(store.get_user_active_sessions(make_user_id(1)));
    BOOST_TEST(revoke_family(2).live_ended.value() == 1U);
    BOOST_TEST(revoke_user(1).live_ended.value() == 1U);
    const auto view = reader();
    check_corrupt(view.get_by_hash(make_hash(1), clock.wall_us()));
    check_corrupt(view.for_each_token(clock.wall_us(), [](const JudgedToken&) { return true; }));
    check_corrupt(view.count(clock.wall_us()));
    clock.advance_us(31 * day_us);
    check_corrupt(store.cleanup_expired(buffered));
}

BOOST_AUTO_TEST_CASE(without_a_readable_index_of_families_tokens_are_judged_and_families_ended) {
    garble("by_family");
    open_again();
    BOOST_TEST(is_valid(1));
    BOOST_TEST((rotate(1, 10).outcome == RotateOutcome::rotated));
    BOOST_TEST((rotate(2, 11).outcome == RotateOutcome::reuse_detected));
    BOOST_TEST(!is_valid(3));
    check_corrupt(store.create_token(new_token(12, {.user = 5, .family = 5}), buffered));
    check_corrupt(import_one(14, 5));
    check_ended_uncounted(store.revoke_family(make_family_id(5), Counting::exact, buffered));
    BOOST_TEST(session_hashes(1) == hashes_of({10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_readable_index_of_users_tokens_are_judged_and_users_ended) {
    garble("by_user");
    open_again();
    BOOST_TEST(is_valid(1));
    BOOST_TEST((rotate(2, 11).outcome == RotateOutcome::reuse_detected));
    BOOST_TEST(revoke_family(1).live_ended.value() == 1U);
    check_corrupt(store.get_user_active_sessions(make_user_id(1)));
    check_ended_uncounted(store.revoke_all_user_tokens(make_user_id(1), Counting::exact, buffered));
    BOOST_TEST(!is_valid(1));
}

BOOST_AUTO_TEST_CASE(a_token_whose_family_s_end_cannot_be_read_is_denied) {
    garble("revocations", "F");
    open_again();
    BOOST_TEST(is_valid(1));
    BOOST_TEST(!is_valid(5));
    check_corrupt(store.get_by_hash(make_hash(4)));
    check_corrupt(store.get_valid_by_hash(make_hash(4)));
    check_corrupt(store.validate(make_hash(4)));
    check_corrupt(store.get_valid_by_hashes(hashes_of({1, 4})));
    check_corrupt(store.validate_many(hashes_of({1, 4})));
    check_corrupt(store.rotate_token(make_hash(4), successor(90), buffered));
    check_corrupt(store.revoke_token(make_hash(4), buffered));
    check_corrupt(store.create_token(new_token(12, {.user = 4, .family = 4}), buffered));
    check_corrupt(import_one(14, 4));
    check_corrupt(store.revoke_family(make_family_id(4), Counting::exact, buffered));
    BOOST_TEST(revoke_user(4).newly_ended);  // asks for the ends of nobody's family
    check_corrupt(reader().count(clock.wall_us()));
}

BOOST_AUTO_TEST_CASE(a_token_whose_user_s_end_cannot_be_read_is_denied) {
    garble("revocations", "U");
    open_again();
    BOOST_TEST(is_valid(1));
    BOOST_TEST(state(4) == TokenState::revoked);
    check_corrupt(store.get_by_hash(make_hash(5)));
    check_corrupt(store.get_valid_by_hash(make_hash(5)));
    check_corrupt(store.validate(make_hash(5)));
    check_corrupt(store.get_valid_by_hashes(hashes_of({1, 5})));
    check_corrupt(store.validate_many(hashes_of({1, 5})));
    check_corrupt(store.rotate_token(make_hash(5), successor(90), buffered));
    check_corrupt(store.revoke_token(make_hash(5), buffered));
    check_corrupt(import_one(14, 5));
    check_corrupt(store.get_user_active_sessions(make_user_id(5)));
    check_ended_uncounted(store.revoke_family(make_family_id(5), Counting::exact, buffered));
    check_ended_uncounted(store.revoke_all_user_tokens(make_user_id(5), Counting::exact, buffered));
    BOOST_TEST(state(5) == TokenState::revoked);  // the new end stands in the place of the old one
}

BOOST_AUTO_TEST_CASE(a_list_of_ended_families_that_cannot_be_read_ends_a_count_and_no_verdict) {
    garble("revocations", "L");
    open_again();
    BOOST_TEST(!is_valid(4));
    BOOST_TEST(session_hashes(4).empty());
    check_ended_uncounted(store.revoke_all_user_tokens(make_user_id(4), Counting::exact, buffered));
    BOOST_TEST(is_valid(1));
    BOOST_TEST(session_hashes(1) == hashes_of({1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
