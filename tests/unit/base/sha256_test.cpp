#include "base/sha256.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "base/hex.hpp"

namespace tokenstore::base {
namespace {

std::string hex_of_digest(std::string_view bytes) {
    std::array<std::uint8_t, 32> digest{};
    sha256(bytes, digest);
    std::string text;
    append_hex(text, digest);
    return text;
}

BOOST_AUTO_TEST_SUITE(sha256_digest)

BOOST_AUTO_TEST_CASE(nist_messages_have_their_published_digests) {
    BOOST_TEST(hex_of_digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(hex_of_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(hex_of_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    BOOST_TEST(hex_of_digest("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                             "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu") ==
               "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    BOOST_TEST(hex_of_digest(std::string(1'000'000, 'a')) ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(a_view_without_an_address_is_the_empty_message) {
    BOOST_TEST(hex_of_digest(std::string_view()) == hex_of_digest(""));
}

BOOST_AUTO_TEST_CASE(digests_do_not_depend_on_what_the_thread_hashed_before) {
    const std::string first = hex_of_digest("one");
    BOOST_TEST(hex_of_digest("two") != first);
    BOOST_TEST(hex_of_digest("one") == first);
}

BOOST_AUTO_TEST_CASE(threads_that_hash_at_once_do_not_disturb_each_other) {
    const std::string expected = hex_of_digest("shared");
    std::array<int, 8> right{};
    std::vector<std::thread> threads;
    threads.reserve(right.size());
    for (int& count : right) {
        threads.emplace_back([&count, &expected] {
            for (int i = 0; i < 1000; ++i) count += hex_of_digest("shared") == expected ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const int count : right) BOOST_TEST(count == 1000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
