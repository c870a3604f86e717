#include "failing_random.hpp"

#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include <openssl/err.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

BOOST_AUTO_TEST_SUITE(random)

BOOST_AUTO_TEST_CASE(every_byte_asked_for_is_filled_and_no_other) {
    // A byte that is never written stays 0; one that is written is 0 in 64 draws with probability 2^-512.
    std::array<std::uint8_t, 34> seen{};
    for (int draw = 0; draw < 64; ++draw) {
        std::array<std::uint8_t, 34> bytes{};
        BOOST_TEST(fill_random(std::span(bytes).subspan(1, 32)).has_value());
        for (std::size_t i = 0; i < bytes.size(); ++i) seen[i] = static_cast<std::uint8_t>(seen[i] | bytes[i]);
    }
    for (std::size_t i = 0; i < seen.size(); ++i) BOOST_TEST((seen[i] != 0) == (i >= 1 && i <= 32), "byte " << i);
}

BOOST_AUTO_TEST_CASE(two_draws_differ) {
    std::array<std::uint8_t, 32> one{};
    std::array<std::uint8_t, 32> two{};
    BOOST_TEST(fill_random(one).has_value());
    BOOST_TEST(fill_random(two).has_value());
    BOOST_TEST(one != two);
}

BOOST_AUTO_TEST_CASE(nothing_asked_for_is_always_given) {
    const FailingRandom failing;
    BOOST_TEST(fill_random({}).has_value());
}

BOOST_AUTO_TEST_CASE(a_failing_generator_is_an_error_and_leaves_the_hosts_error_queue_alone) {
    const FailingRandom failing;
    std::array<std::uint8_t, 32> bytes{};
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 77);
    const auto filled = fill_random(bytes);
    BOOST_TEST_REQUIRE(!filled.has_value());
    BOOST_TEST((filled.error().code == ErrorCode::random_unavailable));
    BOOST_TEST((filled.error().write == WriteState::nothing_written));
    BOOST_TEST(ERR_GET_REASON(ERR_get_error()) == 77);
    BOOST_TEST(ERR_get_error() == 0U);
}

BOOST_AUTO_TEST_CASE(bytes_for_ids_do_not_repeat_over_many_buffers) {
    std::set<std::array<std::uint8_t, 8>> seen;
    for (int draw = 0; draw < 1000; ++draw) {
        std::array<std::uint8_t, 8> bytes{};
        BOOST_TEST_REQUIRE(fill_random_for_id(bytes).has_value());
        BOOST_TEST_REQUIRE(seen.insert(bytes).second);
    }
}

BOOST_AUTO_TEST_CASE(bytes_for_ids_come_to_an_error_when_the_generator_fails) {
    // A thread of its own, because one that drew before may hold a full buffer.
    const FailingRandom failing;
    std::thread([] {
        std::array<std::uint8_t, 8> bytes{};
        for (int attempt = 0; attempt < 2; ++attempt) {
            const auto filled = fill_random_for_id(bytes);
            BOOST_TEST_REQUIRE(!filled.has_value());
            BOOST_TEST((filled.error().code == ErrorCode::random_unavailable));
        }
    }).join();
}

BOOST_AUTO_TEST_CASE(a_forked_child_does_not_draw_the_bytes_of_its_parent) {
    std::array<std::uint8_t, 8> bytes{};
    BOOST_TEST(fill_random_for_id(bytes).has_value());  // fills the buffer that the child inherits

    std::array<int, 2> pipe_ends{};
    BOOST_TEST_REQUIRE(pipe(pipe_ends.data()) == 0);
    const pid_t child = fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        const bool sent = fill_random_for_id(bytes).has_value() &&
                          write(pipe_ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
        _exit(sent ? 0 : 1);
    }
    close(pipe_ends[1]);
    std::array<std::uint8_t, 8> of_child{};
    BOOST_TEST(read(pipe_ends[0], of_child.data(), of_child.size()) == 8);
    close(pipe_ends[0]);
    int status = -1;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);

    BOOST_TEST(fill_random_for_id(bytes).has_value());
    BOOST_TEST(bytes != of_child);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
