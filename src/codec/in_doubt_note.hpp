// One note in the file IN_DOUBT beside the engine (storage/in_doubt_file.hpp):
//
//     hash 32 | consumed_at_us i64 | checksum u64
//
// Little-endian; the checksum is XXH3-64 of what precedes it, seed 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tokenstore/ids.hpp>

namespace tokenstore::codec {

inline constexpr std::size_t in_doubt_note_bytes = 32 + 8 + 8;

struct InDoubtNote {
    TokenHash consumed;
    std::int64_t consumed_at_us = 0;  ///< as that rotation put it: an earlier or later one is another

    friend bool operator==(const InDoubtNote&, const InDoubtNote&) = default;
};

[[nodiscard]] std::string encode_in_doubt_note(const InDoubtNote& note);

/// False for bytes that are no note: a torn one, or space that none was written to.
[[nodiscard]] bool decode_in_doubt_note(std::string_view bytes, InDoubtNote& note) noexcept;

}  // namespace tokenstore::codec
