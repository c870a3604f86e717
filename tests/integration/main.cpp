// The integration tests: TokenStore and StoreReader on a real engine, each test in a folder of its own.
#define BOOST_TEST_MODULE tokenstore_integration
#include <boost/test/unit_test.hpp>
