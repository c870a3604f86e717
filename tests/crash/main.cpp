// The crash tests. The program runs itself as the process that is killed: a fresh process, since RocksDB's threads do
// not survive a fork.
#define BOOST_TEST_MODULE tokenstore_crash
#define BOOST_TEST_NO_MAIN
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "crash/victim.hpp"

int main(int argument_count, char** arguments) {
    using namespace tokenstore::test;
    if (argument_count != 6 || std::string_view(arguments[1]) != victim_argument) {
        return boost::unit_test::unit_test_main(&init_unit_test, argument_count, arguments);
    }
    try {
        return run_victim({.store = arguments[2],
                           .ledger = arguments[3],
                           .seed = std::stoull(arguments[4]),
                           .first_number = std::stoull(arguments[5])});
    } catch (const std::exception& error) {
        std::cerr << "the victim: " << error.what() << '\n';
        return 2;
    }
}
