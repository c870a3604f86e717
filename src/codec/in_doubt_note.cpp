#include "codec/in_doubt_note.hpp"

#include "base/bytes.hpp"
#include "base/xxh3.hpp"
#include "codec/keys.hpp"

namespace tokenstore::codec {

std::string encode_in_doubt_note(const InDoubtNote& note) {
    std::string bytes(token_key(note.consumed));
    base::append_i64(bytes, note.consumed_at_us);
    base::append_u64(bytes, base::xxh3_64(bytes));
    return bytes;
}

bool decode_in_doubt_note(std::string_view bytes, InDoubtNote& note) noexcept {
    if (bytes.size() != in_doubt_note_bytes) return false;
    base::ByteReader reader(bytes);
    std::uint64_t checksum = 0;
    // GCOVR_EXCL_BR_START: the size was checked
    if (!reader.read_bytes(note.consumed.bytes) || !reader.read_i64(note.consumed_at_us) ||
        !reader.read_u64(checksum)) {
        return false;  // GCOVR_EXCL_LINE
    }
    // GCOVR_EXCL_BR_STOP
    return checksum == base::xxh3_64(bytes.substr(0, in_doubt_note_bytes - sizeof checksum));
}

}  // namespace tokenstore::codec
