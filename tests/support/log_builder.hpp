// Logs and batches as the engine writes them, byte by byte, and others that it never would.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "codec/engine_log.hpp"

namespace tokenstore::codec::test {

enum Fragment : std::uint8_t { full = 1, first = 2, middle = 3, last = 4 };

/// One fragment with the checksum that belongs to it.
[[nodiscard]] inline std::string fragment(std::uint8_t type, std::string_view payload) {
    const char type_byte = static_cast<char>(type);
    const auto crc = base::crc32c({&type_byte, 1}, payload);
    std::string bytes;
    base::append_u32(bytes, ((crc >> 15U) | (crc << 17U)) + 0xa282ead8U);
    base::append_u16(bytes, static_cast<std::uint16_t>(payload.size()));
    base::append_u8(bytes, type);
    return bytes.append(payload);
}

[[nodiscard]] inline std::string batch(std::uint64_t first_sequence, std::uint32_t changes, std::string_view body) {
    std::string bytes;
    base::append_u64(bytes, first_sequence);
    base::append_u32(bytes, changes);
    return bytes.append(body);
}

/// The note as it stands in a batch: framed by the engine.
[[nodiscard]] inline std::string framed_note(const BatchNote& note) {
    const auto bytes = encode_batch_note(note);
    return std::string{'\x03', static_cast<char>(bytes.size())}.append(bytes.data(), bytes.size());
}

/// Letters in turn, from the one with this number on.
[[nodiscard]] inline std::string letters(std::size_t size, std::size_t from) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (from + i) % 26);
    return text;
}

/// A log file in the making: records split at the blocks, ends of blocks padded.
class LogBuilder {
public:
    LogBuilder& add(std::string_view record) {
        for (bool begins = true;;) {
            auto room = log_block_bytes - bytes_.size() % log_block_bytes;
            if (room < log_fragment_header_bytes) {
                bytes_.append(room, '\0');
                room = log_block_bytes;
            }
            const auto taken = std::min(record.size(), room - log_fragment_header_bytes);
            const bool ends = taken == record.size();
            const auto type = begins ? (ends ? full : first) : (ends ? last : middle);
            bytes_ += fragment(type, record.substr(0, taken));
            record.remove_prefix(taken);
            begins = false;
            if (ends) return *this;
        }
    }

    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
};

}  // namespace tokenstore::codec::test
