// What an input of the target log_audit stands for: the logs of a store, and what is known of them besides.
//
//     input = mode u8 | cut u16 ... | bytes of the logs, one behind the other
//
// Each cut divides what is left of the bytes. With mend_checksums set every fragment gets the checksum that belongs to
// it, so that a hunt gets past the checksums.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "support/log_builder.hpp"

namespace tokenstore::test {

enum LogInputMode : std::uint8_t {
    mend_checksums = 1,
    flushed_in_part = 2,  // the oldest log may begin in table files
    other_boot = 4,
    without_mark = 8,
    one_cut = 16,
    two_cuts = 32,
    at_end_of_block = 64,  // the first log begins with a record that leaves little of its block
    built_whole = 128,     // the bytes say how to build logs, see whole_logs_of(): nothing in them may be called damage
};

/// How much of its first block the record of at_end_of_block leaves.
inline constexpr std::size_t left_of_block_bytes = 60;

[[nodiscard]] inline std::string record_that_fills_a_block() {
    using namespace codec;
    constexpr std::size_t head_bytes = 8 + 4;
    constexpr auto body_bytes = log_block_bytes - left_of_block_bytes - log_fragment_header_bytes - head_bytes;
    return codec::test::batch(1, 1, std::string(body_bytes, 'x'));
}

/// As far as the bytes are fragments.
inline void mend_fragments(std::string& log) {
    using codec::log_block_bytes;
    using codec::log_fragment_header_bytes;
    for (std::size_t at = 0; at + log_fragment_header_bytes <= log.size();) {
        const auto room = log_block_bytes - at % log_block_bytes;
        if (room < log_fragment_header_bytes) {
            at += room;
            continue;
        }
        const std::size_t payload_bytes = base::load_u16(log.data() + at + 4);
        const auto bytes = log_fragment_header_bytes + payload_bytes;
        if (bytes > std::min(room, log.size() - at)) return;
        const auto type = base::load_u8(log.data() + at + 6);
        const auto payload = std::string_view(log).substr(at + log_fragment_header_bytes, payload_bytes);
        const auto mended = codec::test::fragment(type, payload);
        log.replace(at, bytes, mended);
        at += bytes;
    }
}

struct WholeLogs {
    std::vector<std::string> logs;
    std::uint64_t last_sequence = 0;
};

/// As the engine writes them. A byte is a batch: of so many changes as its low three bits say, and the larger the
/// greater the rest is; 255 begins the next log. What would make more than a few blocks is left out.
[[nodiscard]] inline WholeLogs whole_logs_of(std::string_view script) {
    constexpr std::size_t enough_bytes = 3 * codec::log_block_bytes;
    WholeLogs whole;
    codec::test::LogBuilder log;
    std::size_t bytes = 0;
    for (const char c : script) {
        const auto byte = static_cast<std::uint8_t>(c);
        bytes += byte / 8U * 700U;
        if (bytes > enough_bytes) break;
        if (byte == 255) {
            whole.logs.push_back(log.bytes());
            log = {};
            continue;
        }
        const std::uint32_t changes = byte % 8;
        log.add(codec::test::batch(whole.last_sequence + 1, changes, std::string((byte / 8U) * 700U, 'x')));
        whole.last_sequence += changes;
    }
    whole.logs.push_back(log.bytes());
    return whole;
}

[[nodiscard]] inline std::vector<std::string> logs_of(std::uint8_t mode, std::string_view rest) {
    std::vector<std::size_t> cuts;
    const std::size_t count = ((mode & one_cut) != 0 ? 1 : 0) + ((mode & two_cuts) != 0 ? 2 : 0);
    while (cuts.size() < count && rest.size() >= 2) {
        cuts.push_back(base::load_u16(rest.data()));
        rest.remove_prefix(2);
    }
    std::vector<std::string> logs;
    for (const auto cut : cuts) {
        const auto taken = cut % (rest.size() + 1);
        logs.emplace_back(rest.substr(0, taken));
        rest.remove_prefix(taken);
    }
    logs.emplace_back(rest);
    if ((mode & at_end_of_block) != 0) {
        logs.front().insert(0, codec::test::LogBuilder().add(record_that_fills_a_block()).bytes());
    }
    if ((mode & mend_checksums) != 0) std::ranges::for_each(logs, mend_fragments);
    return logs;
}

}  // namespace tokenstore::test
