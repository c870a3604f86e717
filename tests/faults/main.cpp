#define BOOST_TEST_MODULE tokenstore_faults
#include <boost/test/unit_test.hpp>
