// The clock schedules: random steps of time, wrong clocks, logins, ends, upkeep and restarts against an oracle that
// knows the true time. TOKENSTORE_CLOCK_SCHEDULES sets how many, TOKENSTORE_TEST_SEED which.
#define BOOST_TEST_MODULE tokenstore_clock
#include <boost/test/unit_test.hpp>
