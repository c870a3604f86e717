#include "codec/engine_log.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/crc32c.hpp"

namespace tokenstore::codec {

namespace {

enum FragmentType : std::uint8_t { zero = 0, full = 1, first = 2, middle = 3, last = 4 };

struct Fragment {
    std::uint8_t type = zero;
    std::string_view payload;
};

/// The engine stores checksums so that a checksum over bytes that hold checksums is no special case.
constexpr std::uint32_t masked(std::uint32_t crc) noexcept { return ((crc >> 15U) | (crc << 17U)) + 0xa282ead8U; }

/// How long the fragment at the front says it is, or nothing if not even its header is there.
std::optional<std::size_t> stated_bytes(std::string_view rest) noexcept {
    if (rest.size() < log_fragment_header_bytes) return std::nullopt;  // GCOVR_EXCL_BR_LINE: all callers have looked
    return log_fragment_header_bytes + base::load_u16(rest.data() + 4);
}

/// The fragment at the front, if it is one: known type, whole, right checksum.
std::optional<Fragment> fragment_at_front(std::string_view rest) noexcept {
    const auto bytes = stated_bytes(rest);
    if (!bytes) return std::nullopt;  // GCOVR_EXCL_BR_LINE: as above
    if (*bytes > rest.size()) return std::nullopt;
    const Fragment fragment{base::load_u8(rest.data() + 6),
                            rest.substr(log_fragment_header_bytes, *bytes - log_fragment_header_bytes)};
    if (fragment.type < full || fragment.type > last) return std::nullopt;
    if (base::load_u32(rest.data()) != masked(base::crc32c(rest.substr(6, 1), fragment.payload))) return std::nullopt;
    return fragment;
}

bool all_zero(std::string_view bytes) noexcept {
    return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == '\0'; });
}

/// Variable-length numbers as the engine writes them: seven bits a byte, the lowest first.
class VarintReader {
public:
    explicit VarintReader(std::string_view bytes) noexcept : reader_(bytes) {}

    [[nodiscard]] bool read(std::uint64_t& out) noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            std::uint8_t byte = 0;
            if (!reader_.read_u8(byte)) return false;
            value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if ((byte & 0x80U) == 0) {
                out = value;
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] bool skip_string() noexcept {
        std::uint64_t size = 0;
        std::string_view skipped;
        if (!read(size) || size > reader_.remaining()) return false;
        return reader_.read_view(static_cast<std::size_t>(size), skipped);
    }

private:
    base::ByteReader reader_;
};

}  // namespace

std::string_view describe(LogFault fault) noexcept {
    switch (fault) {
        case LogFault::none:
            return "whole";
        case LogFault::cut_short:
            return "cut short within a record";
        case LogFault::bad_checksum:
            return "damaged: a checksum does not match";
        case LogFault::zeroes:
            return "damaged: a range holds zeros only";
        case LogFault::out_of_order:
            return "damaged: a record's parts do not follow on each other";
        case LogFault::gap:
            return "damaged: changes are missing in it";
    }
    return "unknown";
}

void LogRecords::add_block(std::string_view block) {
    if (fault_ == LogFault::none) {
        read_block(block);
    } else {
        search(block, 0);
    }
    block_offset_ += block.size();
}

void LogRecords::end() {
    if (fault_ == LogFault::none && record_offset_) fail(LogFault::cut_short, *record_offset_);
}

std::uint64_t LogRecords::proven_bytes() const noexcept {
    return fault_ == LogFault::none ? block_offset_ : record_offset_.value_or(fault_offset_);
}

void LogRecords::read_block(std::string_view block) {
    const bool file_ends_here = block.size() < log_block_bytes;
    std::size_t at = 0;
    while (fault_ == LogFault::none && block.size() - at >= log_fragment_header_bytes) {
        const auto rest = block.substr(at);
        const auto offset = block_offset_ + at;
        const auto fragment = fragment_at_front(rest);
        if (fragment) {
            take_fragment(fragment->type, fragment->payload, offset);
            if (fault_ != LogFault::none) break;  // intact, where it does not belong: found again by the search
            at += log_fragment_header_bytes + fragment->payload.size();
            continue;
        }
        const auto bytes = *stated_bytes(rest);
        if (all_zero(rest.substr(0, log_fragment_header_bytes))) {
            fail(LogFault::zeroes, offset);
        } else if (file_ends_here && bytes > rest.size() && at + bytes <= log_block_bytes) {
            fail(LogFault::cut_short, record_offset_.value_or(offset));
        } else {
            fail(LogFault::bad_checksum, offset);
        }
        ++at;  // whatever stands here begins no record
    }
    if (fault_ != LogFault::none) return search(block, at);
    const auto padding = block.substr(at);
    if (padding.empty() || (!file_ends_here && all_zero(padding))) return;
    // At the end of a file these few bytes are a header that was cut off.
    fail(file_ends_here ? LogFault::cut_short : LogFault::bad_checksum, record_offset_.value_or(block_offset_ + at));
}

void LogRecords::take_fragment(std::uint8_t type, std::string_view payload, std::uint64_t offset) {
    const bool begins = type == full || type == first;
    if (begins == record_offset_.has_value()) return fail(LogFault::out_of_order, record_offset_.value_or(offset));
    if (type == full) return give(payload, offset);
    if (type == first) {
        record_offset_ = offset;
        fragments_ = payload;
        return;
    }
    fragments_ += payload;
    if (type != last) return;
    const auto began = *record_offset_;
    record_offset_.reset();
    give(fragments_, began);
}

void LogRecords::give(std::string_view record, std::uint64_t offset) {
    if (!visit_(record, offset)) fail(LogFault::gap, offset);
}

void LogRecords::fail(LogFault fault, std::uint64_t offset) {
    fault_ = fault;
    fault_offset_ = offset;
}

/// Looks at every place, since the fault may have hidden where the next fragment begins.
void LogRecords::search(std::string_view block, std::size_t from) const {
    for (auto at = from; at + log_fragment_header_bytes <= block.size(); ++at) {
        const auto rest = block.substr(at);
        const auto type = base::load_u8(rest.data() + 6);
        if (type != full && type != first) continue;
        const auto bytes = *stated_bytes(rest);
        if (bytes > rest.size()) continue;
        // The cheap question first: a checksum at every place would take too long.
        const auto payload = rest.substr(log_fragment_header_bytes, bytes - log_fragment_header_bytes);
        if (!behind_fault_.may_be_record(payload) || !fragment_at_front(rest)) continue;
        behind_fault_.keep(payload);
        at += bytes - 1;
    }
}

std::optional<BatchHead> decode_batch_head(std::string_view batch) noexcept {
    BatchHead head;
    base::ByteReader reader(batch);
    if (!reader.read_u64(head.first_sequence) || !reader.read_u32(head.changes)) return std::nullopt;
    if (head.first_sequence >> 56U != 0) return std::nullopt;
    return head;
}

namespace {

constexpr char synced_tag = 'S';
constexpr char buffered_tag = 'B';
constexpr char engine_log_data_tag = '\x03';  // kTypeLogData, then the length as a variable-length number

}  // namespace

std::array<char, batch_note_bytes> encode_batch_note(const BatchNote& note) noexcept {
    std::array<char, batch_note_bytes> bytes{note.asks_for_sync ? synced_tag : buffered_tag};
    base::store_u64(bytes.data() + 1, note.synced.sequence);
    base::store_u64(bytes.data() + 9, note.synced.log_number);
    return bytes;
}

std::optional<BatchNote> decode_batch_note(std::string_view bytes) noexcept {
    if (bytes.size() != batch_note_bytes || (bytes[0] != synced_tag && bytes[0] != buffered_tag)) return std::nullopt;
    return BatchNote{{base::load_u64(bytes.data() + 1), base::load_u64(bytes.data() + 9)}, bytes[0] == synced_tag};
}

std::optional<BatchNote> find_batch_note(std::string_view batch) noexcept {
    constexpr std::size_t head_bytes = 12;
    constexpr std::size_t framed_bytes = 2 + batch_note_bytes;
    if (batch.size() < head_bytes + framed_bytes) return std::nullopt;
    const auto framed = batch.substr(batch.size() - framed_bytes);
    if (framed[0] != engine_log_data_tag || framed[1] != static_cast<char>(batch_note_bytes)) return std::nullopt;
    return decode_batch_note(framed.substr(2));
}

ManifestNote decode_manifest_note(std::string_view record) noexcept {
    enum Tag : std::uint64_t {
        comparator = 1,
        log_number = 2,
        next_file_number = 3,
        last_sequence = 4,
        previous_log_number = 9,
        oldest_log_needed = 10,
        greatest_column_family = 203,
        can_be_skipped = 1U << 13U,  // a bit: such a field is a string
    };
    ManifestNote note;
    VarintReader reader(record);
    std::uint64_t tag = 0;
    std::uint64_t number = 0;
    while (reader.read(tag)) {
        const bool is_string = tag == comparator || (tag & can_be_skipped) != 0;
        const bool is_number = tag == log_number || tag == next_file_number || tag == last_sequence ||
                               tag == previous_log_number || tag == oldest_log_needed || tag == greatest_column_family;
        if (!is_string && !is_number) break;
        if (is_string ? !reader.skip_string() : !reader.read(number)) break;
        if (tag == log_number) note.log_number = number;
        if (tag == last_sequence) note.last_sequence = number;
        if (tag == oldest_log_needed) note.oldest_log_needed = number;
    }
    return note;
}

}  // namespace tokenstore::codec
