#include "base/xxh3.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

BOOST_AUTO_TEST_SUITE(xxh3)

// Checksums on disk are made with it: a store must read the same whatever xxHash it was built with.
BOOST_AUTO_TEST_CASE(the_values_that_stand_on_disk_never_change) {
    BOOST_TEST(xxh3_64("") == 0x2d06800538d394c2U);  // published by xxHash
    BOOST_TEST(xxh3_64("tokenstore") == 0xfb8471a42126fd23U);
    BOOST_TEST(xxh3_64("tokenstore", 1) == 0xd08e935d8b28a8a6U);
    BOOST_TEST(xxh3_64(std::string(300, 'x')) == 0xa5d1b4607dc83554U);  // the path for long input
}

BOOST_AUTO_TEST_CASE(a_view_without_an_address_is_the_empty_text) {
    BOOST_TEST(xxh3_64(std::string_view()) == xxh3_64(""));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
