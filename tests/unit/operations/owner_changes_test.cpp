// The counters that tell whether a family or a user was ended: never too few changes, and not many too many.
#include "operations/owner_changes.hpp"

#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/token_builders.hpp"

namespace tokenstore::operations {
namespace {

using test::make_family_id;
using test::make_user_id;

constexpr std::uint64_t owners = 20'000;

struct OwnersFixture {
    OwnersFixture() {
        for (std::uint64_t i = 0; i < owners; ++i) {
            OwnerReading reading;
            BOOST_TEST_REQUIRE(changes.read(make_family_id(i), make_user_id(i), reading));
            readings.push_back(reading);
        }
    }

    void end_family(std::uint64_t number) {
        changes.for_each_counter(make_family_id(number), [](base::ChangeCounter& counter) { counter.begin(); });
        changes.for_each_counter(make_family_id(number), [](base::ChangeCounter& counter) { counter.end(); });
    }

    [[nodiscard]] bool unchanged(std::uint64_t number) const {
        return changes.unchanged(make_family_id(number), make_user_id(number), readings[number]);
    }

    OwnerChanges changes{1U << 16U};
    std::vector<OwnerReading> readings;
};

BOOST_FIXTURE_TEST_SUITE(owner_changes, OwnersFixture)

BOOST_AUTO_TEST_CASE(nothing_has_changed_at_first) {
    for (std::uint64_t i = 0; i < owners; ++i) BOOST_TEST(unchanged(i));
}

BOOST_AUTO_TEST_CASE(each_end_is_told_to_those_it_concerns_and_to_hardly_anybody_else) {
    constexpr std::uint64_t ended = 500;
    for (std::uint64_t i = 0; i < ended; ++i) end_family(i);
    for (std::uint64_t i = 0; i < ended; ++i) BOOST_TEST(!unchanged(i));
    std::uint64_t taken_along = 0;
    for (std::uint64_t i = ended; i < owners; ++i) taken_along += unchanged(i) ? 0U : 1U;
    BOOST_TEST(taken_along < owners / 20);  // by chance one in 65 thousand for each end, and for user and family
}

BOOST_AUTO_TEST_CASE(users_that_a_host_counts_up_are_as_good_as_random_ones) {
    for (const bool is_big_endian : {true, false}) {
        const auto user = [&](std::uint64_t number) {
            UserId id;
            for (std::size_t i = 0; i < 8; ++i) {
                id.bytes[is_big_endian ? 15 - i : 8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
            }
            return id;
        };
        std::vector<OwnerReading> of_counted(owners);
        for (std::uint64_t i = 0; i < owners; ++i) {
            BOOST_TEST_REQUIRE(changes.read(make_family_id(i), user(i), of_counted[i]));
        }
        changes.for_each_counter(user(0), [](base::ChangeCounter& counter) { counter.begin(); });
        std::uint64_t taken_along = 0;
        for (std::uint64_t i = 1; i < owners; ++i) {
            taken_along += changes.unchanged(make_family_id(i), user(i), of_counted[i]) ? 0U : 1U;
        }
        BOOST_TEST(taken_along < 20U);
        BOOST_TEST(!changes.unchanged(make_family_id(0), user(0), of_counted[0]));
        changes.for_each_counter(user(0), [](base::ChangeCounter& counter) { counter.end(); });
    }
}

BOOST_AUTO_TEST_CASE(what_is_being_ended_cannot_be_read_and_is_not_unchanged) {
    changes.for_each_counter(make_user_id(7), [](base::ChangeCounter& counter) { counter.begin(); });
    OwnerReading reading;
    BOOST_TEST(!changes.read(make_family_id(7), make_user_id(7), reading));
    BOOST_TEST(!unchanged(7));
    changes.for_each_counter(make_user_id(7), [](base::ChangeCounter& counter) { counter.end(); });
    BOOST_TEST(!unchanged(7));
    BOOST_TEST(changes.read(make_family_id(7), make_user_id(7), reading));
    BOOST_TEST(changes.unchanged(make_family_id(7), make_user_id(7), reading));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::operations
