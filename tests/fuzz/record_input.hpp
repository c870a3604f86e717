// How an input of the target `records` says what it holds:
//
//     kind u8 (bit 7: whose checksum) | key, as long as the kind's | the stored value
//
// With bit 7 the value is all the input's own. Without it the target puts the right checksum behind it, which no fuzzer
// would guess.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/in_doubt_note.hpp"
#include "support/record_reading.hpp"

namespace tokenstore::test {

struct RecordKind {
    std::size_t key_bytes;
    codec::test::Read read;
};

inline constexpr std::array record_kinds{
    RecordKind{32, codec::test::read_token},
    RecordKind{32, codec::test::read_index_entry<codec::FamilyIndexEntry>},
    RecordKind{32, codec::test::read_index_entry<codec::UserIndexEntry>},
    RecordKind{17, codec::test::read_family_end},
    RecordKind{33, codec::test::read_family_end},
    RecordKind{17, codec::test::read_user_end},
    RecordKind{5, codec::test::read_number},
};

/// The kind behind those of the table: a note of the file IN_DOUBT, which has no key and a checksum of its own.
inline constexpr std::size_t note_kind = record_kinds.size();

inline constexpr std::uint8_t own_checksum_bit = 0x80;

}  // namespace tokenstore::test
