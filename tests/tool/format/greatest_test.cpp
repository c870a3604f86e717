#include "format/greatest.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <utility>
#include <vector>

#include "support/test_seed.hpp"

namespace tokenstore::tool {
namespace {

BOOST_AUTO_TEST_SUITE(greatest)

BOOST_AUTO_TEST_CASE(equal_measures_are_ordered_by_the_things) {
    Greatest<int> kept(2);
    for (const int thing : {5, 3, 4}) kept.add(7, thing);
    const auto sorted = kept.sorted();
    BOOST_REQUIRE(sorted.size() == 2U);
    BOOST_TEST(sorted[0].thing == 3);
    BOOST_TEST(sorted[1].thing == 4);
}

BOOST_AUTO_TEST_CASE(few_things_are_all_kept) {
    Greatest<int> kept(10);
    kept.add(1, 1);
    BOOST_TEST(kept.sorted().size() == 1U);
}

BOOST_AUTO_TEST_CASE(those_kept_are_those_that_sorting_all_puts_first) {
    std::mt19937_64 random(tokenstore::test::test_seed());
    for (int round = 0; round < 100; ++round) {
        std::vector<std::pair<std::uint64_t, int>> all;
        Greatest<int> kept(7);
        for (int thing = 0; thing < 50; ++thing) {
            all.emplace_back(random() % 20, thing);
            kept.add(all.back().first, thing);
        }
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        const auto sorted = kept.sorted();
        BOOST_REQUIRE(sorted.size() == 7U);
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            BOOST_TEST(sorted[i].measure == all[i].first);
            BOOST_TEST(sorted[i].thing == all[i].second);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
