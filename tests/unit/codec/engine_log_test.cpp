#include "codec/engine_log.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/dice.hpp"
#include "support/log_builder.hpp"
#include "support/sealing.hpp"
#include "support/test_number.hpp"
#include "support/test_seed.hpp"
#include "unit/codec/hex_bytes.hpp"

namespace tokenstore::codec {

static std::ostream& boost_test_print_type(std::ostream& out, LogFault fault) { return out << describe(fault); }

namespace {

using boost::test_tools::per_element;
using test::batch;
using test::bytes_of;
using test::ExactCopy;
using test::fragment;
using test::framed_note;
using test::hex_of;
using test::letters;
using test::LogBuilder;
using tokenstore::test::Dice;
using tokenstore::test::test_number;
using tokenstore::test::test_seed;

/// All that is learnt of a log.
struct Reading {
    std::vector<std::string> records;
    std::vector<std::uint64_t> offsets;  // of the records
    LogFault fault = LogFault::none;
    std::uint64_t fault_offset = 0;
    std::vector<std::string> behind;  // the payloads found behind the fault
};

/// Numbers that a batch of these tests can have: what else is found behind a fault is garbage.
bool is_plausible(std::string_view payload) {
    const auto head = decode_batch_head(payload);
    return head && head->first_sequence < 1'000;
}

/// Hands over each block in memory of its own that ends where the block does.
Reading read_log(std::string_view log, const LogRecords::Visit& visit = {}) {
    Reading reading;
    LogRecords records(
        [&](std::string_view record, std::uint64_t offset) {
            if (visit && !visit(record, offset)) return false;
            reading.records.emplace_back(record);
            reading.offsets.push_back(offset);
            return true;
        },
        {is_plausible, [&](std::string_view payload) { reading.behind.emplace_back(payload); }});
    for (std::size_t at = 0; at < log.size(); at += log_block_bytes) {
        records.add_block(ExactCopy(log.substr(at, log_block_bytes)).view());
    }
    records.end();
    reading.fault = records.fault();
    reading.fault_offset = records.fault_offset();
    return reading;
}

bool is_prefix(const std::vector<std::string>& of, const std::vector<std::string>& whole) {
    return of.size() <= whole.size() && std::equal(of.begin(), of.end(), whole.begin());
}

/// Of a record in several fragments the first one is found.
void check_are_beginnings_of_the_last(const std::vector<std::string>& of, const std::vector<std::string>& whole) {
    BOOST_REQUIRE(of.size() <= whole.size());
    for (std::size_t i = 0; i < of.size(); ++i) BOOST_TEST(whole[whole.size() - of.size() + i].starts_with(of[i]));
}

bool is_suffix(const std::vector<std::string>& of, const std::vector<std::string>& whole) {
    return of.size() <= whole.size() && std::equal(of.rbegin(), of.rend(), whole.rbegin());
}

/// Some short batches that follow on each other.
std::vector<std::string> short_batches() {
    return {batch(1, 2, letters(20, 0) + framed_note({{0, 0}, true})), batch(3, 0, framed_note({{2, 7}, true})),
            batch(3, 1, letters(3, 5)), batch(4, 5, letters(90, 9) + framed_note({{3, 7}, false})),
            batch(9, 1, framed_note({{8, 7}, true}))};
}

/// The same with one between them that fills two blocks and a part of a third.
std::vector<std::string> long_batches() {
    auto batches = short_batches();
    batches.insert(batches.begin() + 2, batch(3, 0, letters(2 * log_block_bytes + 500, 3)));
    return batches;
}

std::string log_of(const std::vector<std::string>& records) {
    LogBuilder log;
    for (const auto& record : records) log.add(record);
    return log.bytes();
}

/// What holds of every log in which something was changed: the fault is noticed, what is handed out before it is a
/// prefix of what was written, and what is found behind it was written, too.
void check_is_noticed(const std::string& changed, const std::vector<std::string>& records) {
    const auto reading = read_log(changed);
    BOOST_TEST(reading.fault != LogFault::none);
    BOOST_TEST(is_prefix(reading.records, records));
    BOOST_TEST(reading.records.size() < records.size());
}

BOOST_AUTO_TEST_SUITE(engine_log)

// ---- The format -----------------------------------------------------------------------------------------------------

/// What stands before the records' bytes, computed from the format's description by other means than this library's.
struct GoldenFragment {
    std::string_view header_hex;
    std::size_t record;  // which one it is a part of
    std::size_t bytes;
};

constexpr std::array<GoldenFragment, 9> golden_fragments{{
    {"cf8e42423d0001", 0, 61},
    {"9f2bc2d31f0001", 1, 31},
    {"cdd7c2418f7f02", 2, 32'655},
    {"c856b8b7f97f03", 2, 32'761},
    {"461ad769f41104", 2, 4'596},
    {"0474eb3af96d01", 3, 28'153},
    // Five bytes are left of this block: padding.
    {"6a1d8d12f27f01", 4, 32'754},
    // Seven bytes are left of this one: room for a header, and for nothing else.
    {"6451d0e9000002", 5, 0},
    {"8110a75f330004", 5, 51},
}};
constexpr std::size_t padding_follows = 5;  // the fragment of this number

std::vector<std::string> golden_records() {
    return {
        bytes_of("010000000000000002000000") + letters(30, 0) +
            bytes_of("03115300000000000000000000000000000000"),                                     // noted: nothing
        bytes_of("030000000000000000000000") + bytes_of("03115302000000000000000700000000000000"),  // no changes
        bytes_of("030000000000000001000000") + letters(70'000, 1),                                  // three blocks
        bytes_of("040000000000000003000000") + letters(28'122, 2) + bytes_of("03115303000000000000000700000000000000"),
        bytes_of("070000000000000001000000") + letters(32'742, 3),
        bytes_of("080000000000000001000000") + letters(20, 4) + bytes_of("03114207000000000000000900000000000000")};
}

std::string golden_log() {
    auto records = golden_records();
    std::string log;
    std::vector<std::size_t> taken(records.size());
    for (std::size_t i = 0; i < golden_fragments.size(); ++i) {
        const auto& [header_hex, record, bytes] = golden_fragments[i];
        log += bytes_of(header_hex) + records.at(record).substr(taken.at(record), bytes);
        taken.at(record) += bytes;
        if (i == padding_follows) log.append(5, '\0');
    }
    return log;
}

BOOST_AUTO_TEST_CASE(a_log_written_by_hand_is_read_whole) {
    const auto reading = read_log(golden_log());
    BOOST_TEST(reading.fault == LogFault::none);
    BOOST_TEST((reading.records == golden_records()));
    BOOST_TEST(reading.offsets == (std::vector<std::uint64_t>{0, 68, 106, 70'139, 98'304, 131'065}), per_element());
    BOOST_TEST(reading.behind.empty());
}

BOOST_AUTO_TEST_CASE(what_these_tests_build_is_the_log_written_by_hand) {
    BOOST_TEST((log_of(golden_records()) == golden_log()));
}

BOOST_AUTO_TEST_CASE(the_batches_of_a_log_tell_their_numbers_and_notes) {
    const auto records = golden_records();
    const auto head = [&](std::size_t i) { return decode_batch_head(records[i]).value(); };
    const auto noted = [&](std::size_t i) { return find_batch_note(records[i]); };
    BOOST_TEST(head(0).first_sequence == 1U);
    BOOST_TEST(head(0).changes == 2U);
    BOOST_TEST(head(0).next_sequence() == 3U);
    BOOST_TEST(head(1).next_sequence() == 3U);
    BOOST_TEST(head(5).next_sequence() == 9U);
    BOOST_TEST((noted(0) == BatchNote{{0, 0}, true}));
    BOOST_TEST((noted(1) == BatchNote{{2, 7}, true}));
    BOOST_TEST((noted(2) == std::nullopt));
    BOOST_TEST((noted(3) == BatchNote{{3, 7}, true}));
    BOOST_TEST((noted(5) == BatchNote{{7, 9}, false}));
}

BOOST_AUTO_TEST_CASE(an_empty_log_is_whole) {
    const auto reading = read_log("");
    BOOST_TEST(reading.fault == LogFault::none);
    BOOST_TEST(reading.records.empty());
}

BOOST_AUTO_TEST_CASE(a_record_without_bytes_is_a_record) {
    const auto reading = read_log(fragment(test::full, ""));
    BOOST_TEST(reading.fault == LogFault::none);
    BOOST_TEST(reading.records == std::vector<std::string>{""}, per_element());
}

// ---- Every fault ----------------------------------------------------------------------------------------------------

std::string zeroed(std::string bytes, std::size_t at, std::size_t length) {
    return bytes.replace(at, length, std::string(length, '\0'));
}

std::string filled_up_to_block(std::string bytes, char with) {
    bytes.resize((bytes.size() + log_block_bytes - 1) / log_block_bytes * log_block_bytes, with);
    return bytes;
}

/// A record of a block's size less what is to be left of the block.
std::string batch_leaving(std::size_t left, std::uint64_t sequence) {
    return batch(sequence, 1, letters(log_block_bytes - log_fragment_header_bytes - 12 - left, sequence));
}

struct FaultRow {
    std::string_view what;
    std::string log;
    LogFault fault;
    std::uint64_t offset;
    std::size_t records;
    std::size_t behind;
};

std::vector<FaultRow> every_fault() {
    const auto a = fragment(test::full, batch(1, 1, letters(30, 0)));
    const auto b = fragment(test::full, batch(2, 1, letters(40, 1)));
    const auto c = fragment(test::full, batch(3, 1, letters(50, 2)));
    const auto opening = fragment(test::first, batch(2, 1, letters(40, 1)));
    const auto in_between = fragment(test::middle, letters(40, 2));
    const auto closing = fragment(test::last, letters(40, 3));
    const auto with = [](std::string bytes, std::size_t at, char value) {
        bytes.at(at) = value;
        return bytes;
    };
    const auto size = a.size();
    const auto block = log_block_bytes;
    const auto whole_block = LogBuilder().add(batch_leaving(0, 1)).bytes();
    const auto padded_block = [](char padding) {
        return filled_up_to_block(LogBuilder().add(batch_leaving(6, 1)).bytes(), padding);
    };
    using F = LogFault;
    return {
        {"cut within the header", a + b.substr(0, 6), F::cut_short, size, 1, 0},
        {"cut behind the header", a + b.substr(0, 7), F::cut_short, size, 1, 0},
        {"cut within the payload", a + b.substr(0, b.size() - 1), F::cut_short, size, 1, 0},
        {"the first fragment alone", a + opening, F::cut_short, size, 1, 0},
        {"the last fragment missing", a + opening + in_between, F::cut_short, size, 1, 0},
        {"the last fragment cut", a + opening + closing.substr(0, 20), F::cut_short, size, 1, 0},
        {"cut within the padding", padded_block('\0').substr(0, block - 3), F::cut_short, block - 6, 1, 0},
        {"cut at the end of a block, within a record",
         LogBuilder().add(batch(1, 1, letters(block, 0))).bytes().substr(0, block), F::cut_short, 0, 0, 0},

        {"another payload", a + with(b, 30, '!') + c, F::bad_checksum, size, 1, 1},
        {"another checksum", a + with(b, 0, '!') + c, F::bad_checksum, size, 1, 1},
        {"a shorter length", a + with(b, 4, '\x05') + c, F::bad_checksum, size, 1, 1},
        {"a length beyond the end that the block would hold", a + with(b, 5, '\x20') + c, F::cut_short, size, 1, 1},
        {"a length beyond the block", a + with(b, 5, '\xff') + c, F::bad_checksum, size, 1, 1},
        {"a length beyond the block, which is whole", filled_up_to_block(a + with(b, 5, '\xff') + c, 'x'),
         F::bad_checksum, size, 1, 1},
        {"an unknown type", a + fragment(5, "recycled") + c, F::bad_checksum, size, 1, 1},
        {"type 0 with a payload", a + fragment(0, batch(2, 1, "x")) + c, F::bad_checksum, size, 1, 1},
        {"padding that is not zero", padded_block('\1') + c, F::bad_checksum, block - 6, 1, 1},
        {"a checksum that does not match in a later fragment",
         with(LogBuilder().add(batch(1, 1, letters(block, 0))).bytes(), block + 20, '!') + c, F::bad_checksum, block, 0,
         1},

        {"zeroes instead of a record", a + std::string(b.size(), '\0') + c, F::zeroes, size, 1, 1},
        {"zeroes at the end", a + std::string(100, '\0'), F::zeroes, size, 1, 0},
        {"a block of zeroes", whole_block + std::string(block, '\0') + c, F::zeroes, block, 1, 1},
        {"zeroes up to the end of a block", filled_up_to_block(a, '\0') + c, F::zeroes, size, 1, 1},
        {"zeroes instead of a middle fragment",
         zeroed(LogBuilder().add(batch(1, 1, letters(2 * block, 0))).bytes(), block, block) + c, F::zeroes, block, 0,
         1},

        {"a last fragment without a first", a + closing + c, F::out_of_order, size, 1, 1},
        {"a middle fragment without a first", a + in_between + c, F::out_of_order, size, 1, 1},
        {"a first fragment within a record", a + opening + opening + c, F::out_of_order, size, 1, 2},
        {"a whole record within a record", a + opening + c, F::out_of_order, size, 1, 1},
        {"a whole record within a record, and another one", a + opening + b + c, F::out_of_order, size, 1, 2},
    };
}

BOOST_AUTO_TEST_CASE(every_fault_is_named_with_its_place_and_what_stands_behind_it_is_found) {
    for (const auto& row : every_fault()) {
        BOOST_TEST_CONTEXT(row.what) {
            const auto reading = read_log(row.log);
            BOOST_TEST(reading.fault == row.fault);
            BOOST_TEST(reading.fault_offset == row.offset);
            BOOST_TEST(reading.records.size() == row.records);
            BOOST_TEST(reading.behind.size() == row.behind);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_record_that_the_visitor_refuses_is_a_gap) {
    const auto records = long_batches();
    for (std::size_t refused = 0; refused < records.size(); ++refused) {
        BOOST_TEST_CONTEXT("record " << refused) {
            std::size_t seen = 0;
            std::uint64_t refused_at = 0;
            const auto reading = read_log(log_of(records), [&](std::string_view, std::uint64_t offset) {
                refused_at = offset;
                return seen++ != refused;
            });
            BOOST_TEST(reading.fault == LogFault::gap);
            BOOST_TEST(reading.fault_offset == refused_at);
            BOOST_TEST(reading.records.size() == refused);
            BOOST_TEST(seen == refused + 1);  // nobody is asked about what follows
            // What is refused is found among what stands behind the fault, too, unless its beginning has gone by.
            check_are_beginnings_of_the_last(reading.behind, records);
            const bool in_one_block = records[refused].size() < log_block_bytes;
            BOOST_TEST(reading.behind.size() == records.size() - refused - (in_one_block ? 0 : 1));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_fault_has_a_description_of_its_own) {
    std::vector<std::string_view> descriptions;
    for (const auto fault : {LogFault::none, LogFault::cut_short, LogFault::bad_checksum, LogFault::zeroes,
                             LogFault::out_of_order, LogFault::gap}) {
        BOOST_TEST(!describe(fault).empty());
        descriptions.push_back(describe(fault));
    }
    std::sort(descriptions.begin(), descriptions.end());
    BOOST_TEST((std::adjacent_find(descriptions.begin(), descriptions.end()) == descriptions.end()));
    BOOST_TEST(describe(static_cast<LogFault>(99)) == "unknown");
}

// ---- Any change -----------------------------------------------------------------------------------------------------

/// Where each record begins, and the end.
std::vector<std::size_t> boundaries(const std::string& log) {
    std::vector<std::size_t> places;
    for (const auto offset : read_log(log).offsets) places.push_back(static_cast<std::size_t>(offset));
    places.push_back(log.size());
    return places;
}

BOOST_AUTO_TEST_CASE(a_flip_of_any_bit_is_noticed_and_every_record_behind_it_is_found) {
    const auto records = short_batches();
    const auto log = log_of(records);
    const auto begins = boundaries(log);
    for (std::size_t bit = 0; bit < 8 * log.size(); ++bit) {
        BOOST_TEST_CONTEXT("bit " << bit % 8 << " of byte " << bit / 8) {
            auto flipped = log;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            const auto damaged =
                static_cast<std::size_t>(std::upper_bound(begins.begin(), begins.end(), bit / 8) - begins.begin() - 1);
            const auto reading = read_log(flipped);
            // Where the flipped length points behind the end, the log may as well be shorter than it was.
            BOOST_TEST((reading.fault == LogFault::bad_checksum || reading.fault == LogFault::cut_short));
            BOOST_TEST(reading.fault_offset == begins.at(damaged));
            BOOST_TEST(reading.records.size() == damaged);
            BOOST_TEST(is_prefix(reading.records, records));
            BOOST_TEST(reading.behind.size() == records.size() - damaged - 1);
            BOOST_TEST(is_suffix(reading.behind, records));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_flip_in_a_log_of_several_blocks_is_noticed_wherever_it_is) {
    const auto records = long_batches();
    const auto log = log_of(records);
    Dice dice(test_seed());
    for (std::size_t byte = 0; byte < log.size(); byte += 1 + dice.below(200)) {
        const auto bit = dice.below(8);
        BOOST_TEST_CONTEXT("bit " << bit << " of byte " << byte) {
            auto flipped = log;
            flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << bit));
            check_is_noticed(flipped, records);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_flip_in_the_padding_of_a_block_is_noticed) {
    const auto records = std::vector{batch_leaving(6, 1), batch(2, 1, letters(10, 0))};
    const auto log = log_of(records);
    for (std::size_t bit = 8 * (log_block_bytes - 6); bit < 8 * log_block_bytes; ++bit) {
        auto flipped = log;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const auto reading = read_log(flipped);
        BOOST_TEST(reading.fault == LogFault::bad_checksum);
        BOOST_TEST(reading.records.size() == 1U);
        BOOST_TEST(reading.behind == std::vector{records[1]}, per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_range_of_zeroes_is_noticed_wherever_it_is) {
    const auto records = short_batches();
    const auto log = log_of(records);
    for (const std::size_t length : {1U, 4U, 7U, 12U, 50U, 200U}) {
        for (std::size_t at = 0; at < log.size(); ++at) {
            const auto end = std::min(at + length, log.size());
            const auto changed = zeroed(log, at, end - at);
            if (changed == log) continue;
            BOOST_TEST_CONTEXT(length << " bytes from " << at) {
                check_is_noticed(changed, records);
                const auto reading = read_log(changed);
                const auto begins = boundaries(log);
                // Whatever begins behind the range is found.
                const auto intact = static_cast<std::size_t>(begins.end() - 1 -
                                                             std::lower_bound(begins.begin(), begins.end() - 1, end));
                BOOST_TEST(reading.behind.size() == intact);
                BOOST_TEST(is_suffix(reading.behind, records));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_range_of_zeroes_in_a_log_of_several_blocks_is_noticed_wherever_it_is) {
    const auto records = long_batches();
    const auto log = log_of(records);
    Dice dice(test_seed());
    for (std::size_t at = 0; at < log.size(); at += 1 + dice.below(500)) {
        const auto length = std::min<std::size_t>(1 + dice.below(40'000), log.size() - at);
        BOOST_TEST_CONTEXT(length << " bytes from " << at) { check_is_noticed(zeroed(log, at, length), records); }
    }
}

BOOST_AUTO_TEST_CASE(a_log_cut_anywhere_is_whole_or_cut_short) {
    for (const auto& records : {short_batches(), long_batches()}) {
        const auto log = log_of(records);
        const auto begins = boundaries(log);
        Dice dice(test_seed());
        for (std::size_t length = 0; length < log.size(); length += log.size() < 1000 ? 1 : 1 + dice.below(50)) {
            BOOST_TEST_CONTEXT("the first " << length << " of " << log.size() << " bytes") {
                const auto at_boundary = std::find(begins.begin(), begins.end(), length) != begins.end();
                const auto reading = read_log(std::string_view(log).substr(0, length));
                BOOST_TEST(reading.fault == (at_boundary ? LogFault::none : LogFault::cut_short));
                BOOST_TEST(is_prefix(reading.records, records));
                const auto begun = static_cast<std::size_t>(std::upper_bound(begins.begin(), begins.end(), length) -
                                                            begins.begin() - 1);
                BOOST_TEST(reading.records.size() == begun);
                if (!at_boundary) BOOST_TEST(reading.fault_offset == begins.at(begun));
                BOOST_TEST(reading.behind.empty());
            }
        }
    }
}

// A torn record of more than a block may end where a block does.
BOOST_AUTO_TEST_CASE(a_log_cut_at_the_end_of_a_block_within_a_record_is_cut_short) {
    const auto records = long_batches();
    const auto log = log_of(records);
    for (const std::size_t length : {log_block_bytes, 2 * log_block_bytes}) {
        const auto reading = read_log(std::string_view(log).substr(0, length));
        BOOST_TEST(reading.fault == LogFault::cut_short);
        BOOST_TEST(reading.fault_offset == boundaries(log).at(2));
        BOOST_TEST(reading.records.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(records_behind_a_fault_are_found_across_blocks_and_by_the_first_of_their_fragments) {
    auto records = long_batches();
    records.push_back(batch(10, 1, letters(log_block_bytes, 7)));
    records.push_back(batch(11, 1, letters(30, 8)));
    auto log = log_of(records);
    log.at(30) = static_cast<char>(log.at(30) ^ 1);
    const auto reading = read_log(log);
    BOOST_TEST(reading.records.empty());
    BOOST_TEST(reading.behind.size() == records.size() - 1);
    check_are_beginnings_of_the_last(reading.behind, records);
}

BOOST_AUTO_TEST_CASE(what_may_not_be_a_record_is_none_behind_a_fault) {
    const auto log = std::string(8, '\0') + fragment(test::full, batch(1'000, 1, "implausible")) +
                     fragment(test::full, "short") + fragment(test::last, batch(1, 1, "a part")) +
                     fragment(test::full, batch(999, 1, "plausible"));
    BOOST_TEST(read_log(log).behind == std::vector{batch(999, 1, "plausible")}, per_element());
}

// ---- Hostile bytes --------------------------------------------------------------------------------------------------

/// Every block of it is read in memory that ends where the block does: under AddressSanitizer this is the proof that
/// nothing is read past the end.
BOOST_AUTO_TEST_CASE(garbage_is_no_record_and_is_not_read_past_its_end) {
    const auto rounds = test_number("TOKENSTORE_LOG_GARBAGE_ROUNDS", 2'000);
    Dice dice(test_seed());
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const auto size = 1 + dice.below(dice.chance(10) ? 3 * log_block_bytes : 100);
        std::string garbage(size, '\0');
        for (auto& byte : garbage) byte = static_cast<char>(dice.below(256));
        BOOST_TEST_CONTEXT("round " << round) {
            const auto reading = read_log(garbage);
            BOOST_TEST(reading.fault != LogFault::none);
            BOOST_TEST(reading.records.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(headers_of_any_length_and_type_are_not_read_past_the_end) {
    for (const std::size_t held : {0U, 1U, 6U, 7U, 8U, 100U}) {
        for (unsigned length = 0; length <= 0xffff; length += held < 7 ? 4'096 : 61) {
            for (unsigned type = 0; type <= 5; ++type) {
                std::string bytes = fragment(static_cast<std::uint8_t>(type), std::string(held, 'x'));
                bytes[4] = static_cast<char>(length & 0xffU);
                bytes[5] = static_cast<char>(length >> 8U);
                const auto reading = read_log(bytes);
                const bool is_whole = length == held && type == test::full;
                BOOST_TEST((reading.fault == LogFault::none) == is_whole, "length " << length << ", type " << type);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_log_with_many_changes_hands_out_nothing_that_was_not_written) {
    const auto rounds = test_number("TOKENSTORE_LOG_DAMAGE_ROUNDS", 500);
    Dice dice(test_seed());
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const auto records = dice.chance(80) ? short_batches() : long_batches();
        auto log = log_of(records);
        for (auto changes = 1 + dice.below(6); changes > 0; --changes) {
            log.at(dice.below(log.size())) = static_cast<char>(dice.below(256));
        }
        if (dice.chance(30)) log.resize(dice.below(log.size() + 1));
        BOOST_TEST_CONTEXT("round " << round) { BOOST_TEST(is_prefix(read_log(log).records, records)); }
    }
}

// ---- Batches and notes ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(fewer_bytes_than_a_head_are_no_batch) {
    const auto whole = batch(7, 2, "");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        BOOST_TEST(!decode_batch_head(ExactCopy(std::string_view(whole).substr(0, length)).view()).has_value());
    }
    BOOST_TEST(decode_batch_head(whole).has_value());
}

BOOST_AUTO_TEST_CASE(a_number_of_more_than_56_bits_is_no_batch) {
    constexpr std::uint64_t greatest = (std::uint64_t{1} << 56U) - 1;
    BOOST_TEST(decode_batch_head(batch(greatest, 1, "")).value().first_sequence == greatest);
    BOOST_TEST(!decode_batch_head(batch(greatest + 1, 1, "")).has_value());
    BOOST_TEST(!decode_batch_head(batch(~std::uint64_t{0}, 1, "")).has_value());
}

BOOST_AUTO_TEST_CASE(a_note_is_the_same_bytes_for_ever) {
    const SyncNote synced{0x0011223344556677, 0x8899aabbccddeeff};
    for (const bool asks_for_sync : {true, false}) {
        const BatchNote note{synced, asks_for_sync};
        const auto bytes = encode_batch_note(note);
        const std::string tag = asks_for_sync ? "53" : "42";
        BOOST_TEST(hex_of({bytes.data(), bytes.size()}) == tag +
                                                               "7766554433221100"
                                                               "ffeeddccbbaa9988");
        BOOST_TEST((decode_batch_note({bytes.data(), bytes.size()}) == note));
        BOOST_TEST((find_batch_note(batch(1, 1, framed_note(note))) == note));
    }
}

BOOST_AUTO_TEST_CASE(bytes_of_another_length_or_tag_are_no_note) {
    const auto bytes = encode_batch_note({{5, 6}, true});
    const std::string note(bytes.begin(), bytes.end());
    for (std::size_t length = 0; length < note.size(); ++length) {
        BOOST_TEST(!decode_batch_note(ExactCopy(std::string_view(note).substr(0, length)).view()).has_value());
    }
    BOOST_TEST(!decode_batch_note(note + '\0').has_value());
    BOOST_TEST(!decode_batch_note('T' + note.substr(1)).has_value());
}

BOOST_AUTO_TEST_CASE(a_note_is_found_at_the_end_of_a_batch_alone) {
    const auto note = framed_note({{5, 6}, true});
    BOOST_TEST((find_batch_note(batch(1, 1, "put" + note)) == BatchNote{{5, 6}, true}));
    // The engine joins the batches of threads that commit together: the last note counts.
    BOOST_TEST((find_batch_note(batch(1, 2, "put" + note + "put" + framed_note({{7, 8}, false}))) ==
                BatchNote{{7, 8}, false}));
    BOOST_TEST(!find_batch_note(batch(1, 1, note + "put")).has_value());
    BOOST_TEST(!find_batch_note(batch(1, 1, "")).has_value());
    BOOST_TEST(!find_batch_note("").has_value());
}

BOOST_AUTO_TEST_CASE(another_note_past_the_engine_is_none_of_ours) {
    const auto note = framed_note({{5, 6}, true});
    const auto frame_and_tag = std::size_t{3};
    for (std::size_t byte = 0; byte < frame_and_tag; ++byte) {
        auto other = note;
        other[byte] = static_cast<char>(other[byte] ^ 1);
        BOOST_TEST(!find_batch_note(batch(1, 1, other)).has_value(), "byte " << byte);
    }
    const auto whole = batch(1, 1, note);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        BOOST_TEST(!find_batch_note(ExactCopy(std::string_view(whole).substr(0, length)).view()).has_value());
    }
}

// ---- The manifest ---------------------------------------------------------------------------------------------------

// The fields of version_edit.cc of RocksDB, each a tag and its value, in the order in which the engine writes them.
constexpr std::string_view database_id =
    "814003"
    "616263";  // may be skipped: a string of three bytes
constexpr std::string_view comparator =
    "0104"
    "74657374";                                  // a string of four
constexpr std::string_view log_number = "0218";  // 24
constexpr std::string_view previous_log_number = "0900";
constexpr std::string_view next_file_number = "031d";          // 29
constexpr std::string_view greatest_column_family = "cb0104";  // 203: 4
constexpr std::string_view oldest_log_needed = "0a8002";       // 256
constexpr std::string_view last_sequence = "04ac02";           // 300
constexpr std::string_view new_file =
    "67"
    "00"
    "19"
    "ab08";  // 103: what the audit does not know

std::string edit(std::initializer_list<std::string_view> fields) {
    std::string digits;
    for (const auto field : fields) digits += field;
    return bytes_of(digits);
}

BOOST_AUTO_TEST_CASE(a_manifest_s_record_tells_the_oldest_log_and_the_last_change) {
    const auto note =
        decode_manifest_note(edit({database_id, comparator, log_number, previous_log_number, next_file_number,
                                   greatest_column_family, oldest_log_needed, last_sequence, new_file}));
    BOOST_TEST((note.log_number == 24U));
    BOOST_TEST((note.oldest_log_needed == 256U));
    BOOST_TEST((note.last_sequence == 300U));
}

BOOST_AUTO_TEST_CASE(fields_that_a_manifest_s_record_lacks_are_absent) {
    BOOST_TEST(!decode_manifest_note("").log_number.has_value());
    BOOST_TEST(!decode_manifest_note("").oldest_log_needed.has_value());
    BOOST_TEST(!decode_manifest_note("").last_sequence.has_value());
    BOOST_TEST(!decode_manifest_note(edit({comparator, log_number})).oldest_log_needed.has_value());
    BOOST_TEST((decode_manifest_note(edit({comparator, oldest_log_needed})).oldest_log_needed == 256U));
    BOOST_TEST(!decode_manifest_note(edit({comparator, oldest_log_needed})).last_sequence.has_value());
}

BOOST_AUTO_TEST_CASE(a_manifest_s_record_is_read_up_to_a_field_that_is_not_known) {
    const auto note = decode_manifest_note(edit({oldest_log_needed, new_file, last_sequence}));
    BOOST_TEST((note.oldest_log_needed == 256U));
    BOOST_TEST(!note.last_sequence.has_value());
}

BOOST_AUTO_TEST_CASE(fields_that_may_be_skipped_are_skipped_whatever_they_hold) {
    const auto note =
        decode_manifest_note(edit({"834002"
                                   "0a05",
                                   oldest_log_needed, "ff7f00", last_sequence}));
    BOOST_TEST((note.oldest_log_needed == 256U));
    BOOST_TEST((note.last_sequence == 300U));
}

BOOST_AUTO_TEST_CASE(a_truncated_record_of_a_manifest_tells_what_it_still_holds) {
    const auto whole = edit({comparator, oldest_log_needed, last_sequence});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto note = decode_manifest_note(ExactCopy(std::string_view(whole).substr(0, length)).view());
        BOOST_TEST(note.oldest_log_needed.has_value() == (length >= whole.size() - 3), "length " << length);
        BOOST_TEST(!note.last_sequence.has_value(), "length " << length);
    }
}

BOOST_AUTO_TEST_CASE(numbers_and_strings_that_do_not_end_are_none) {
    const auto endless = std::string(22, 'f');  // eleven bytes of which each says that another one follows
    for (const std::string_view before : {"04", "8140", "01", ""}) {
        const auto note = decode_manifest_note(bytes_of(std::string(before) + endless + "04ac02"));
        BOOST_TEST(!note.last_sequence.has_value());
    }
    // A string that claims to be longer than the address space.
    BOOST_TEST(!decode_manifest_note(bytes_of("01"
                                              "ffffffffffffffffff01"
                                              "04ac02"))
                    .last_sequence.has_value());
    // The greatest number is one.
    BOOST_TEST((decode_manifest_note(bytes_of("04"
                                              "ffffffffffffffffff01"))
                    .last_sequence == ~std::uint64_t{0}));
}

BOOST_AUTO_TEST_CASE(garbage_in_a_manifest_is_not_read_past_its_end) {
    Dice dice(test_seed());
    for (int round = 0; round < 20'000; ++round) {
        std::string garbage(dice.below(40), '\0');
        for (auto& byte : garbage) byte = static_cast<char>(dice.chance(50) ? dice.below(256) : dice.below(12));
        static_cast<void>(decode_manifest_note(ExactCopy(garbage).view()));
        static_cast<void>(find_batch_note(ExactCopy(garbage).view()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
