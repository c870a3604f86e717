// Whether what many threads are answered at once could have been answered one call after the other.
#define BOOST_TEST_MODULE tokenstore_linearizability
#include <boost/test/unit_test.hpp>
