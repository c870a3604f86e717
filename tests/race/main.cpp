// The race tests: several threads on one token, one family, one user. TOKENSTORE_RACE_ROUNDS sets how many rounds each
// test makes.
#define BOOST_TEST_MODULE tokenstore_race
#include <boost/test/unit_test.hpp>
