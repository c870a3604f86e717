// What a filter of ends must never do, and how seldom it does the other thing.
#include "storage/possible_ends.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "codec/keys.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::storage {
namespace {

using test::make_user_id;

bool contains(const PossibleEnds& ends, std::uint64_t number) {
    return ends.contains(codec::id_view(make_user_id(number)));
}

void add(PossibleEnds& ends, std::uint64_t number) { ends.add(codec::id_view(make_user_id(number))); }

BOOST_AUTO_TEST_SUITE(possible_ends)

BOOST_AUTO_TEST_CASE(none_is_possible_at_first) {
    const PossibleEnds ends;
    for (std::uint64_t number = 0; number < 1'000; ++number) BOOST_TEST(!contains(ends, number));
}

BOOST_AUTO_TEST_CASE(each_that_was_added_is_possible_and_hardly_another) {
    constexpr std::uint64_t ended = 100'000;
    PossibleEnds ends;
    for (std::uint64_t number = 0; number < ended; ++number) add(ends, number);
    std::uint64_t missing = 0;
    std::uint64_t looked_up_in_vain = 0;
    for (std::uint64_t number = 0; number < ended; ++number) {
        missing += contains(ends, number) ? 0U : 1U;
        looked_up_in_vain += contains(ends, ended + number) ? 1U : 0U;
    }
    BOOST_TEST(missing == 0U);
    BOOST_TEST(looked_up_in_vain < ended / 50);
}

BOOST_AUTO_TEST_CASE(none_is_lost_where_many_threads_add) {
    constexpr std::uint64_t each = 20'000;
    PossibleEnds ends;
    std::atomic<std::uint64_t> missing{0};
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (auto number = thread * each; number < (thread + 1) * each; ++number) {
                add(ends, number);
                missing += contains(ends, number) ? 0U : 1U;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    for (std::uint64_t number = 0; number < 4 * each; ++number) missing += contains(ends, number) ? 0U : 1U;
    BOOST_TEST(missing == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::storage
