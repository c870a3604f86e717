// The tool's tests: its format pieces, and the built binary seen from outside.
#define BOOST_TEST_MODULE tokenstore_tool
#include <boost/test/unit_test.hpp>
