#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

namespace tokenstore::base {
namespace {

using namespace std::string_view_literals;

constexpr bool survives_a_round_trip(std::uint64_t value) {
    std::array<char, 8> bytes{};
    store_u64(bytes.data(), value);
    return load_u64(bytes.data()) == value;
}
static_assert(survives_a_round_trip(0x0123456789abcdef));
static_assert(ByteReader("").done());

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(numbers_are_appended_with_the_lowest_byte_first) {
    std::string out = ">";
    append_u8(out, 0xfe);
    append_u16(out, 0x0102);
    append_u32(out, 0x03040506);
    append_u64(out, 0x0708090a0b0c0d0e);
    append_i64(out, -2);
    BOOST_TEST(out ==
               ">\xfe\x02\x01\x06\x05\x04\x03\x0e\x0d\x0c\x0b\x0a\x09\x08\x07\xfe\xff\xff\xff\xff\xff\xff\xff"sv);
}

BOOST_AUTO_TEST_CASE(stored_numbers_are_loaded_again) {
    std::array<char, 8> at{};
    store_u8(at.data(), 0xff);
    BOOST_TEST(load_u8(at.data()) == 0xff);
    store_u16(at.data(), 0xfffe);
    BOOST_TEST(load_u16(at.data()) == 0xfffe);
    store_u32(at.data(), 0xfffefdfc);
    BOOST_TEST(load_u32(at.data()) == 0xfffefdfc);
    for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                     std::numeric_limits<std::int64_t>::max()}) {
        store_i64(at.data(), value);
        BOOST_TEST(load_i64(at.data()) == value);
    }
}

BOOST_AUTO_TEST_CASE(a_number_is_stored_over_its_own_bytes_alone) {
    std::string out(6, '.');
    store_u32(out.data() + 1, 0x41424344);
    BOOST_TEST(out == ".DCBA.");
}

BOOST_AUTO_TEST_CASE(reader_gives_back_what_was_appended) {
    std::string out;
    append_u8(out, 7);
    append_u16(out, 65535);
    append_u32(out, 4'000'000'000);
    append_u64(out, std::numeric_limits<std::uint64_t>::max());
    append_i64(out, std::numeric_limits<std::int64_t>::min());
    out.append("\0xyz"sv);

    ByteReader reader(out);
    std::uint8_t u8 = 0;
    std::uint16_t u16 = 0;
    std::uint32_t u32 = 0;
    std::uint64_t u64 = 0;
    std::int64_t i64 = 0;
    std::array<std::uint8_t, 3> array{};
    std::string_view view;
    BOOST_TEST(reader.read_u8(u8));
    BOOST_TEST(reader.read_u16(u16));
    BOOST_TEST(reader.read_u32(u32));
    BOOST_TEST(reader.read_u64(u64));
    BOOST_TEST(reader.read_i64(i64));
    BOOST_TEST(reader.remaining() == 4U);
    BOOST_TEST(reader.read_bytes(array));
    BOOST_TEST(!reader.done());
    BOOST_TEST(reader.read_view(1, view));
    BOOST_TEST(reader.done());

    BOOST_TEST(u8 == 7);
    BOOST_TEST(u16 == 65535);
    BOOST_TEST(u32 == 4'000'000'000);
    BOOST_TEST(u64 == std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(i64 == std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(as_view(array) == "\0xy"sv);
    BOOST_TEST(view == "z");
}

BOOST_AUTO_TEST_CASE(a_read_past_the_end_takes_nothing_and_leaves_its_target) {
    const std::string seven_bytes = "1234567";
    ByteReader reader(std::string_view(seven_bytes).substr(0, 7));
    std::uint64_t u64 = 11;
    std::int64_t i64 = 12;
    std::array<std::uint8_t, 8> array{9};
    std::string_view view = "before";
    BOOST_TEST(!reader.read_u64(u64));
    BOOST_TEST(!reader.read_i64(i64));
    BOOST_TEST(!reader.read_bytes(array));
    BOOST_TEST(!reader.read_view(8, view));
    BOOST_TEST(!reader.read_view(std::numeric_limits<std::size_t>::max(), view));
    BOOST_TEST(u64 == 11U);
    BOOST_TEST(i64 == 12);
    BOOST_TEST(array[0] == 9);
    BOOST_TEST(view == "before");
    BOOST_TEST(reader.remaining() == 7U);

    std::uint32_t u32 = 0;
    std::uint16_t u16 = 0;
    std::uint8_t u8 = 0;
    BOOST_TEST(reader.read_u32(u32));
    BOOST_TEST(!reader.read_u32(u32));
    BOOST_TEST(reader.read_u16(u16));
    BOOST_TEST(!reader.read_u16(u16));
    BOOST_TEST(reader.read_u8(u8));
    BOOST_TEST(!reader.read_u8(u8));
    BOOST_TEST(u8 == '7');
}

BOOST_AUTO_TEST_CASE(an_empty_reader_gives_only_empty_reads) {
    ByteReader reader{std::string_view()};
    std::string_view view = "before";
    std::uint8_t u8 = 3;
    BOOST_TEST(reader.done());
    BOOST_TEST(!reader.read_u8(u8));
    BOOST_TEST(reader.read_bytes({}));
    BOOST_TEST(reader.read_view(0, view));
    BOOST_TEST(view.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::base
