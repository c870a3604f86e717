// The tests of bit rot. The program runs itself as the process that opens damaged stores.
#define BOOST_TEST_MODULE tokenstore_rot
#define BOOST_TEST_NO_MAIN
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "rot/trial.hpp"

int main(int argument_count, char** arguments) {
    using namespace tokenstore::test;
    if (argument_count != 6 || std::string_view(arguments[1]) != trials_argument) {
        return boost::unit_test::unit_test_main(&init_unit_test, argument_count, arguments);
    }
    try {
        return run_trials({.images = arguments[2],
                           .seed = std::stoull(arguments[3]),
                           .first = std::stoull(arguments[4]),
                           .end = std::stoull(arguments[5])});
    } catch (const std::exception& error) {
        std::cerr << "the trials: " << error.what() << '\n';
        return test_failed;
    }
}
