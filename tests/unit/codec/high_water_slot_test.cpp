#include "codec/high_water_slot.hpp"

#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "support/sealing.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {
namespace {

using test::bytes_of;
using test::ExactCopy;
using test::hex_of;

HighWater mark_of(std::uint64_t sequence, std::uint64_t log_number = 7) {
    HighWater mark;
    std::iota(mark.boot.begin(), mark.boot.end(), std::uint8_t{0});
    mark.first_log = 0x0011223344556677;
    mark.synced = {sequence, log_number};
    mark.manifest = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    return mark;
}

const HighWater golden = mark_of(0x8899aabbccddeeff, 0x0123456789abcdef);

constexpr std::string_view golden_hex =
    "000102030405060708090a0b0c0d0e0f"  // boot
    "7766554433221100"                  // first log
    "efcdab8967452301"                  // log number
    "ffeeddccbbaa9988"                  // sequence
    "0001020304050607"                  // manifest number
    "08090a0b0c0d0e0f"                  // manifest bytes
    "4bb51efdd07136f3";                 // checksum

/// A file with a mark in each slot.
std::string file_of(const HighWater& first, const HighWater& second) {
    auto bytes = encode_high_water_file(first);
    return bytes.replace(high_water_slot_distance, high_water_slot_bytes, encode_high_water_slot(second));
}

std::string with_bit_flipped(std::string bytes, std::size_t bit) {
    bytes.at(bit / 8) = static_cast<char>(bytes.at(bit / 8) ^ (1 << bit % 8));
    return bytes;
}

BOOST_AUTO_TEST_SUITE(high_water_slot)

BOOST_AUTO_TEST_CASE(a_slot_is_the_same_bytes_for_ever) {
    BOOST_TEST(hex_of(encode_high_water_slot(golden)) == golden_hex);
}

BOOST_AUTO_TEST_CASE(a_file_is_two_slots_512_bytes_apart_and_zeroes) {
    const auto slot = bytes_of(golden_hex);
    const std::string zeroes(512 - slot.size(), '\0');
    const auto bytes = encode_high_water_file(golden);
    BOOST_TEST((bytes == slot + zeroes + slot + zeroes));
    BOOST_TEST((decode_high_water_file(bytes) == golden));
}

BOOST_AUTO_TEST_CASE(the_greater_sequence_wins_in_whichever_slot_it_is) {
    BOOST_TEST((decode_high_water_file(file_of(mark_of(5), mark_of(6))) == mark_of(6)));
    BOOST_TEST((decode_high_water_file(file_of(mark_of(6), mark_of(5))) == mark_of(6)));
    BOOST_TEST((decode_high_water_file(file_of(mark_of(0), mark_of(~std::uint64_t{0}))) == mark_of(~std::uint64_t{0})));
    BOOST_TEST((decode_high_water_file(file_of(mark_of(0), mark_of(0))) == mark_of(0)));
}

BOOST_AUTO_TEST_CASE(a_bit_flipped_in_either_slot_leaves_the_other) {
    const auto file = file_of(mark_of(5), mark_of(6));
    for (std::size_t bit = 0; bit < 8 * high_water_slot_bytes; ++bit) {
        BOOST_TEST_CONTEXT("bit " << bit) {
            BOOST_TEST((decode_high_water_file(with_bit_flipped(file, bit)) == mark_of(6)));
            const auto in_second = 8 * high_water_slot_distance + bit;
            BOOST_TEST((decode_high_water_file(with_bit_flipped(file, in_second)) == mark_of(5)));
            BOOST_TEST(!decode_high_water_file(with_bit_flipped(with_bit_flipped(file, bit), in_second)).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_cut_short_is_none) {
    const auto file = encode_high_water_file(golden);
    for (std::size_t length = 0; length < file.size(); ++length) {
        BOOST_TEST(!decode_high_water_file(ExactCopy(std::string_view(file).substr(0, length)).view()).has_value(),
                   "length " << length);
    }
}

BOOST_AUTO_TEST_CASE(zeroes_are_no_mark) {
    BOOST_TEST(!decode_high_water_file(std::string(high_water_file_bytes, '\0')).has_value());
    BOOST_TEST(
        (decode_high_water_file(encode_high_water_slot(golden) + std::string(high_water_file_bytes, '\0')) == golden));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
