// The unit tests: model, codec and base, without a disk.
#define BOOST_TEST_MODULE tokenstore_unit
#include <boost/test/unit_test.hpp>
