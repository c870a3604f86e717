#include "base/crc32c.hpp"

#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

BOOST_AUTO_TEST_SUITE(crc32c_checksum)

BOOST_AUTO_TEST_CASE(the_messages_of_rfc_3720_have_their_published_checksums) {
    std::string ascending(32, '\0');
    std::iota(ascending.begin(), ascending.end(), '\0');
    const std::string descending(ascending.rbegin(), ascending.rend());
    BOOST_TEST(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
    BOOST_TEST(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
    BOOST_TEST(crc32c(ascending) == 0x46dd794eU);
    BOOST_TEST(crc32c(descending) == 0x113fdb5cU);
    BOOST_TEST(crc32c("123456789") == 0xe3069283U);
    BOOST_TEST(crc32c("") == 0U);
}

BOOST_AUTO_TEST_CASE(two_views_have_the_checksum_of_the_one_that_they_make_together) {
    constexpr std::string_view whole = "123456789";
    for (std::size_t split = 0; split <= whole.size(); ++split) {
        BOOST_TEST(crc32c(whole.substr(0, split), whole.substr(split)) == 0xe3069283U, "split at " << split);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
