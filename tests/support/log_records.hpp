// Where the records of a file in the engine's log format begin: a write-ahead log or a manifest.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "codec/engine_log.hpp"

namespace tokenstore::test {

[[nodiscard]] inline std::vector<std::size_t> record_offsets(std::string_view bytes) {
    std::vector<std::size_t> offsets;
    codec::LogRecords records(
        [&offsets](std::string_view /*record*/, std::uint64_t offset) {
            offsets.push_back(offset);
            return true;
        },
        {[](std::string_view) { return false; }, [](std::string_view) {}});
    for (std::size_t at = 0; at < bytes.size(); at += codec::log_block_bytes) {
        records.add_block(bytes.substr(at, codec::log_block_bytes));
    }
    return offsets;
}

}  // namespace tokenstore::test
