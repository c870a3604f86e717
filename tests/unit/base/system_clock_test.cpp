#include <cstdint>
#include <ctime>

#include <boost/test/unit_test.hpp>

#include <tokenstore/clock.hpp>

namespace tokenstore {
namespace {

BOOST_AUTO_TEST_SUITE(system_clock_reading)

BOOST_AUTO_TEST_CASE(wall_time_is_the_systems_in_microseconds) {
    timespec before{};
    timespec after{};
    clock_gettime(CLOCK_REALTIME, &before);
    const std::int64_t now_us = system_clock().wall_us();
    clock_gettime(CLOCK_REALTIME, &after);
    BOOST_TEST(now_us >= before.tv_sec * std::int64_t{1'000'000} + before.tv_nsec / 1000);
    BOOST_TEST(now_us <= after.tv_sec * std::int64_t{1'000'000} + after.tv_nsec / 1000);
}

BOOST_AUTO_TEST_CASE(steady_time_is_the_time_since_boot_in_microseconds) {
    timespec before{};
    timespec after{};
    clock_gettime(CLOCK_BOOTTIME, &before);
    const std::int64_t now_us = system_clock().steady_us();
    clock_gettime(CLOCK_BOOTTIME, &after);
    BOOST_TEST(now_us >= before.tv_sec * std::int64_t{1'000'000} + before.tv_nsec / 1000);
    BOOST_TEST(now_us <= after.tv_sec * std::int64_t{1'000'000} + after.tv_nsec / 1000);
}

BOOST_AUTO_TEST_CASE(steady_time_never_goes_back) {
    std::int64_t last_us = system_clock().steady_us();
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t now_us = system_clock().steady_us();
        BOOST_TEST_REQUIRE(now_us >= last_us);
        last_us = now_us;
    }
}

BOOST_AUTO_TEST_CASE(there_is_one_system_clock) { BOOST_TEST(&system_clock() == &system_clock()); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore
