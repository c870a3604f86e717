// The decoders of stored values. Whatever the bytes, nothing is read past them, and what is accepted is the one
// encoding of what was read.
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/xxh3.hpp"
#include "codec/seal.hpp"
#include "fuzz/record_input.hpp"
#include "fuzz/target.hpp"
#include "support/requirements.hpp"
#include "support/sealing.hpp"

namespace tokenstore::test {
namespace {

using codec::test::ExactCopy;

void try_record(const RecordKind& kind, std::string_view rest, bool has_own_checksum) {
    if (rest.size() < kind.key_bytes) return;
    const std::string_view key = rest.substr(0, kind.key_bytes);
    std::string value(rest.substr(kind.key_bytes));
    if (!has_own_checksum) codec::seal(value, key);

    const ExactCopy stored(value);
    const auto reading = kind.read(key, stored.view());
    const auto expires_at_us = codec::peek_expires_at_us(stored.view());
    if (reading.status != codec::DecodeStatus::ok) return;
    require(reading.written_again == value, "a value was accepted that is not the encoding of what was read from it");
    require(expires_at_us.has_value(), "the TTL filter finds no expiry in a sound record");
}

void try_note(std::string_view rest, bool has_own_checksum) {
    std::string value(rest);
    if (!has_own_checksum) base::append_u64(value, base::xxh3_64(value));

    const ExactCopy stored(value);
    codec::InDoubtNote note;
    if (!codec::decode_in_doubt_note(stored.view(), note)) return;
    require(codec::encode_in_doubt_note(note) == value,
            "a note was accepted that is not the encoding of what was read from it");
}

void try_input(std::string_view input) {
    if (input.empty()) return;
    const auto first = static_cast<std::uint8_t>(input.front());
    const bool has_own_checksum = (first & own_checksum_bit) != 0;
    const std::size_t kind = first % own_checksum_bit % (note_kind + 1);
    if (kind == note_kind) {
        try_note(input.substr(1), has_own_checksum);
    } else {
        try_record(record_kinds[kind], input.substr(1), has_own_checksum);
    }
}

}  // namespace
}  // namespace tokenstore::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tokenstore::test::try_input(tokenstore::test::input_text(data, size));
    return 0;
}
