#include "format/store_summary.hpp"

#include <boost/test/unit_test.hpp>

#include "format/calendar_time.hpp"
#include "support/token_builders.hpp"

namespace tokenstore::tool {
namespace {

BOOST_AUTO_TEST_SUITE(store_summary)

BOOST_AUTO_TEST_CASE(each_class_is_as_wide_as_all_before_it) {
    SizeClasses classes;
    for (std::uint64_t measure = 0; measure <= 16; ++measure) classes.add(measure);
    const auto sorted = classes.classes();
    BOOST_REQUIRE(sorted.size() == 6U);
    const std::vector<std::string> labels = {"0", "1", "2", "3 to 4", "5 to 8", "9 to 16"};
    const std::vector<std::uint64_t> things = {1, 1, 1, 2, 4, 8};
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        BOOST_TEST(sorted[i].label() == labels[i]);
        BOOST_TEST(sorted[i].things == things[i]);
    }
}

BOOST_AUTO_TEST_CASE(classes_between_are_there_though_they_are_empty) {
    SizeClasses classes;
    classes.add(1);
    classes.add(1000);
    const auto sorted = classes.classes();
    BOOST_TEST(sorted.front().label() == "1");
    BOOST_TEST(sorted.back().label() == "513 to 1,024");
    BOOST_TEST(sorted.size() == 11U);
    BOOST_TEST(SizeClasses().classes().empty());
}

BOOST_AUTO_TEST_CASE(figures_add_up) {
    StoreSummary summary(tokenstore::test::ManualClock::first_wall_us);
    for (std::uint64_t number = 1; number <= 6; ++number) {
        Token token = tokenstore::test::make_token(number);
        token.user_id = tokenstore::test::make_user_id(number % 2);
        token.family_id = tokenstore::test::make_family_id(number % 3);
        summary.add({token, number <= 4 ? TokenState::live : TokenState::consumed, std::nullopt}, 100);
    }
    BOOST_TEST(summary.tokens() == 6U);
    BOOST_TEST(summary.of(TokenState::live).tokens == 4U);
    BOOST_TEST(summary.of(TokenState::consumed).record_bytes == 200U);
    BOOST_TEST(summary.users() == 2U);
    BOOST_TEST(summary.families() == 3U);
    const auto sessions = summary.sessions_per_user().classes();
    BOOST_REQUIRE(sessions.size() == 1U);
    BOOST_TEST(sessions.front().least == 2U);
    BOOST_TEST(sessions.front().things == 2U);
    const auto rotations = summary.rotations_per_family().classes();
    BOOST_REQUIRE(rotations.size() == 1U);
    BOOST_TEST(rotations.front().least == 1U);
    BOOST_TEST(summary.created_by_day().begin()->first == start_of_day(tokenstore::test::make_token(1).created_at_us));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
