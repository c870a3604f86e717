#include "base/fork_guard.hpp"

#include <cstdint>

#include <sys/wait.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

// Forks, and answers what `in_child` answers there (0 to 255).
template <class Function>
int answer_of_child(Function in_child) {
    const pid_t child = fork();
    if (child == 0) _exit(in_child());
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

BOOST_AUTO_TEST_SUITE(fork_guard)

BOOST_AUTO_TEST_CASE(the_generation_stays_within_one_process) { BOOST_TEST(fork_generation() == fork_generation()); }

BOOST_AUTO_TEST_CASE(a_child_has_another_generation_and_its_parent_keeps_its_own) {
    const std::uint64_t of_parent = fork_generation();
    BOOST_TEST(answer_of_child([&] { return fork_generation() == of_parent + 1 ? 0 : 1; }) == 0);
    BOOST_TEST(fork_generation() == of_parent);
}

BOOST_AUTO_TEST_CASE(a_grandchild_differs_from_both) {
    const std::uint64_t of_parent = fork_generation();
    const int answer = answer_of_child([&] {
        const std::uint64_t of_child = fork_generation();
        return answer_of_child([&] { return fork_generation() != of_child && fork_generation() != of_parent ? 0 : 1; });
    });
    BOOST_TEST(answer == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
