#include "codec/packed_text.hpp"

#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

namespace tokenstore::codec {
namespace {

using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(packed_text)

BOOST_AUTO_TEST_CASE(a_uuid_comes_back_as_it_was) {
    for (const auto* const text : {"2d90a270-2628-469a-bab7-8a24257b2799", "00000000-0000-0000-0000-000000000000",
                                   "ffffffff-ffff-ffff-ffff-ffffffffffff"}) {
        const auto packed = pack_uuid(text);
        BOOST_REQUIRE(packed);
        BOOST_TEST(unpack_uuid(*packed) == text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_uuid_in_lower_case_is_not_packed) {
    for (const auto text : {""sv, "2D90A270-2628-469A-BAB7-8A24257B2799"sv, "2d90a270-2628-469a-bab7-8a24257b279F"sv,
                            "2d90a270-2628-469a-bab7-8a24257b279"sv, "2d90a270-2628-469a-bab7-8a24257b27990"sv,
                            "2d90a2702628-469a-bab7-8a24257b27999"sv, "2d90a270+2628-469a-bab7-8a24257b2799"sv,
                            "2d90a270-2628-469a-bab7-8a24257b279\0"sv, "{d90a270-2628-469a-bab7-8a24257b279}"sv}) {
        BOOST_TEST(!pack_uuid(text), text);
    }
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_comes_back_as_it_was) {
    for (const auto* const text : {"0.0.0.0", "255.255.255.255", "198.51.100.23", "10.0.0.1"}) {
        const auto packed = pack_ipv4(text);
        BOOST_REQUIRE(packed);
        BOOST_TEST(unpack_ipv4(*packed) == text);
        BOOST_TEST(!pack_ipv6(text));
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_plain_ipv4_address_is_not_packed) {
    for (const auto text :
         {""sv, "1"sv, "1.2.3"sv, "1.2.3."sv, "1.2.3.4.5"sv, "1.2.3.256"sv, "01.2.3.4"sv, "1.2.3.00"sv, "+1.2.3.4"sv,
          "-1.2.3.4"sv, " 1.2.3.4"sv, "1.2.3.4 "sv, "1..3.4"sv, "0x1.2.3.4"sv, "1.2.3.4\0"sv}) {
        BOOST_TEST(!pack_ipv4(text), text);
    }
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_comes_back_as_it_was) {
    for (const auto* const text : {"::", "::1", "2001:db8::17", "35c2:f4e9:8c3c:dd89:a6d8:8b:8576:b73c",
                                   "::ffff:198.51.100.23", "2001:db8:0:1:1:1:1:1"}) {
        const auto packed = pack_ipv6(text);
        BOOST_REQUIRE(packed);
        BOOST_TEST(unpack_ipv6(*packed) == text);
        BOOST_TEST(!pack_ipv4(text));
    }
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_that_is_written_otherwise_is_not_packed) {
    for (const auto text : {""sv, "2001:DB8::17"sv, "2001:db8:0:0:0:0:0:17"sv, "2001:0db8::17"sv, "0::1"sv,
                            "::1%eth0"sv, "::1\0"sv, "1:2:3:4:5:6:7"sv, "[::1]"sv}) {
        BOOST_TEST(!pack_ipv6(text), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
