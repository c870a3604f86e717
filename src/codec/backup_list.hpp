// The file BACKUP beside a backup's files: what they are, as text.
//
//     tokenstore backup 1
//     made_at_us 1780000000000000
//     sequence 4711
//     file 000012.sst 1048576 0123456789abcdef 5XQ2B7K0PMJ1L9H3R4TZ-12
//     file CURRENT 16 0123456789abcdef -
//     checksum 0123456789abcdef
//
// A file has its name, its size, the XXH3-64 of its bytes, and, where it is a table file, an identity that no other
// table file of any store has. The checksum is XXH3-64 of all lines before it. One encoding for each list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenstore::codec {

struct BackupFile {
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t checksum = 0;
    std::string identity;  ///< empty for what is no table file

    friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

struct BackupList {
    std::int64_t made_at_us = 0;
    std::uint64_t sequence = 0;
    std::vector<BackupFile> files;

    friend bool operator==(const BackupList&, const BackupList&) = default;
};

[[nodiscard]] std::string encode_backup_list(const BackupList& list);

/// Nothing for any other text. No name in it leads out of its directory.
[[nodiscard]] std::optional<BackupList> decode_backup_list(std::string_view text);

}  // namespace tokenstore::codec
