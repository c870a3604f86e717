// The model test: random operations against a plain reference in memory.
#define BOOST_TEST_MODULE tokenstore_model
#include <boost/test/unit_test.hpp>
