#include "codec/in_doubt_note.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using test::bytes_of;
using test::from_hex;
using test::hex_of;

const InDoubtNote note{from_hex<TokenHash>("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
                       0x0011223344556677};

constexpr std::string_view golden_hex =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"  // hash
    "7766554433221100"                                                  // failed_at_us
    "e6eabfc93b37142f";                                                 // checksum

BOOST_AUTO_TEST_SUITE(in_doubt_note)

BOOST_AUTO_TEST_CASE(a_note_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(encode_in_doubt_note(note)) == golden_hex);
    InDoubtNote decoded;
    BOOST_TEST(decode_in_doubt_note(bytes_of(golden_hex), decoded));
    BOOST_TEST((decoded == note));
}

BOOST_AUTO_TEST_CASE(a_truncated_note_or_one_that_goes_on_is_none) {
    const std::string bytes = encode_in_doubt_note(note);
    InDoubtNote decoded;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        BOOST_TEST(!decode_in_doubt_note(std::string_view(bytes).substr(0, length), decoded), "length " << length);
    }
    BOOST_TEST(!decode_in_doubt_note(bytes + '\0', decoded));
}

BOOST_AUTO_TEST_CASE(a_note_with_any_bit_flipped_is_none) {
    const std::string bytes = encode_in_doubt_note(note);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        InDoubtNote decoded;
        BOOST_TEST(!decode_in_doubt_note(flipped, decoded), "bit " << bit);
    }
}

BOOST_AUTO_TEST_CASE(space_that_nothing_was_written_to_is_no_note) {
    InDoubtNote decoded;
    BOOST_TEST(!decode_in_doubt_note(std::string(in_doubt_note_bytes, '\0'), decoded));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
