// A disk that fills up: a clear error, reads that go on, and once there is space again all that was acknowledged.
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "integration/small_disk.hpp"
#include "support/child_test.hpp"
#include "support/index_checker.hpp"
#include "support/printers.hpp"
#include "support/private_mounts.hpp"
#include "support/store_fixture.hpp"

namespace tokenstore::test {
namespace {

using boost::unit_test::disabled;
using boost::unit_test::precondition;

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_writes_and_loses_nothing, *precondition(mounts_are_permitted)) {
    run_child_test("full_disk_parts/fills_up_under_an_open_store");
}

BOOST_AUTO_TEST_CASE(a_full_disk_lets_no_store_be_made_or_opened, *precondition(mounts_are_permitted)) {
    run_child_test("full_disk_parts/is_full_at_opening");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(full_disk_parts, SmallDisk, *disabled())

BOOST_AUTO_TEST_CASE(fills_up_under_an_open_store) {
    auto store = must(open());
    std::vector<std::uint64_t> created;
    std::vector<std::uint64_t> rotated;
    for (std::uint64_t number = 1; number <= 1000; ++number) {
        must(store.create_token(token(number), buffered));
        created.push_back(number);
    }
    fill_up();
    std::optional<Error> error;
    for (std::uint64_t number = 1; !error && number <= 100'000; ++number) {
        const auto answered = store.create_token(token(10'000 + number));
        if (answered) {
            created.push_back(10'000 + number);
        } else {
            error = answered.error();
        }
    }
    BOOST_REQUIRE(error.has_value());
    BOOST_TEST(error->code == ErrorCode::disk_full);
    BOOST_TEST(error->write == WriteState::indeterminate);
    BOOST_TEST(error->advice() == Advice::call_operator);

    const auto refused = error_of(store.rotate_token(make_hash(1), make_successor(9'000'000)));
    BOOST_TEST(refused.code == ErrorCode::write_refused);
    BOOST_TEST(refused.write == WriteState::nothing_written);
    BOOST_TEST(error_of(store.revoke_token(make_hash(1))).code == ErrorCode::write_refused);
    for (const auto number : created) BOOST_REQUIRE(must(store.get_valid_by_hash(make_hash(number))).has_value());
    BOOST_TEST(must(store.get_user_active_sessions(make_user_id(1))).sessions.size() == 1U);

    BOOST_TEST(!store.close().has_value());  // what was not synced before cannot be promised
    make_room();
    store = must(open());
    for (const auto number : created) BOOST_REQUIRE(must(store.get_valid_by_hash(make_hash(number))).has_value());
    BOOST_TEST((must(store.rotate_token(make_hash(1), make_successor(9'000'000))).outcome == RotateOutcome::rotated));
    must(store.create_token(token(9'000'001)));
    must(store.flush());
    must(store.close());
    BOOST_TEST(check_closed_store(directory) == "");
    // All that was acknowledged, both new ones, and at most the one in doubt.
    const auto stored = read_closed_store(directory).tokens.size();
    BOOST_TEST((stored == created.size() + 2 || stored == created.size() + 3));
}

BOOST_AUTO_TEST_CASE(is_full_at_opening) {
    fill_up();
    const auto not_made = error_of(open());
    BOOST_TEST(not_made.code == ErrorCode::disk_full);
    make_room();

    auto store = must(open());  // over whatever the attempt left
    for (std::uint64_t number = 1; number <= 100; ++number) must(store.create_token(token(number)));
    must(store.close());
    fill_up();
    const auto not_opened = error_of(open());
    BOOST_TEST(not_opened.code == ErrorCode::disk_full);
    BOOST_TEST(not_opened.advice() == Advice::call_operator);
    // Looking needs no space there.
    BOOST_TEST(must(must(StoreReader::open(directory)).count(clock.wall_us())).live == 100U);
    make_room();
    store = must(open());
    for (std::uint64_t number = 1; number <= 100; ++number) {
        BOOST_TEST(must(store.get_valid_by_hash(make_hash(number))).has_value());
    }
    must(store.create_token(token(101)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::test
