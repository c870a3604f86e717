// What may have been meant by a word that is not known.
#include "format/nearest_word.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace tokenstore::tool {
namespace {

const std::vector<std::string> verbs{"get", "verify", "dump", "diff", "sessions"};

std::string meant_by(const std::string& written) { return nearest_word(written, verbs).value_or("nothing"); }

BOOST_AUTO_TEST_SUITE(nearest_words)

BOOST_AUTO_TEST_CASE(a_letter_too_few_too_many_or_wrong_is_forgiven) {
    BOOST_TEST(meant_by("verfy") == "verify");
    BOOST_TEST(meant_by("veriffy") == "verify");
    BOOST_TEST(meant_by("venify") == "verify");
    BOOST_TEST(meant_by("session") == "sessions");
    BOOST_TEST(meant_by("gte") == "nothing");  // two of three letters
    BOOST_TEST(meant_by("gett") == "get");
}

BOOST_AUTO_TEST_CASE(two_letters_are_forgiven_in_a_long_word) {
    BOOST_TEST(meant_by("sesions") == "sessions");
    BOOST_TEST(meant_by("seszionz") == "sessions");
    BOOST_TEST(meant_by("zezzionz") == "nothing");
}

BOOST_AUTO_TEST_CASE(the_nearest_is_meant) {
    BOOST_TEST(meant_by("dumf") == "dump");
    BOOST_TEST(meant_by("difff") == "diff");
}

BOOST_AUTO_TEST_CASE(what_is_like_none_means_none) {
    BOOST_TEST(meant_by("") == "nothing");
    BOOST_TEST(meant_by("frobnicate") == "nothing");
    BOOST_TEST(meant_by(std::string(100'000, 'd')) == "nothing");
    BOOST_TEST(!nearest_word("get", {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool
