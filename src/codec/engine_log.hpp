// The engine's log format, as far as it takes to prove a log whole. Write-ahead log and manifest share it:
//
//     file    = blocks of 32 KiB, the last one shorter
//     block   = fragments, then fewer than 7 bytes of padding
//     fragment= masked CRC-32C u32 of type and payload | payload length u16 | type u8 | payload
//     type    = 1 a whole record, 2 its first, 3 a middle, 4 its last fragment
//
// A record of the write-ahead log is a batch: sequence u64 of its first change | number of changes u32 | the changes.
// Changes are numbered without gaps, so each batch begins where the one before it ended.
// Source: RocksDB's db/log_format.h and db/write_batch.cc.
//
// Pure; one thread at a time per object. Hostile bytes are met without reading past them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tokenstore::codec {

inline constexpr std::size_t log_block_bytes = 32'768;
inline constexpr std::size_t log_fragment_header_bytes = 7;

/// What ends the part of a log that can be trusted.
enum class LogFault {
    none,
    cut_short,     ///< the file ends within a record: the write of it was cut off, or the file was
    bad_checksum,  ///< a fragment does not match its checksum, or its length is impossible
    zeroes,        ///< bytes that were never written, or lost
    out_of_order,  ///< fragments that do not follow on each other
    gap,           ///< a batch that does not begin where the one before it ended
};

[[nodiscard]] std::string_view describe(LogFault fault) noexcept;

/// Takes a log file block by block and hands out its records up to the first fault.
class LogRecords {
public:
    /// `visit` gets each whole record with the offset that it begins at; if it answers false, the record itself is at
    /// fault: `gap`.
    using Visit = std::function<bool(std::string_view record, std::uint64_t offset)>;

    /// Tells of a record, or the first fragment of one, that stands behind the fault whether it may be what it looks
    /// like. Asked before its checksum is computed; `keep` then gets those whose checksum is right.
    using MayBeRecord = std::function<bool(std::string_view payload)>;
    using Keep = std::function<void(std::string_view payload)>;

    struct BehindFault {
        MayBeRecord may_be_record;
        Keep keep;
    };

    LogRecords(Visit visit, BehindFault behind_fault)
        : visit_(std::move(visit)), behind_fault_(std::move(behind_fault)) {}

    /// The next block; only the last one of a file may be shorter than log_block_bytes.
    void add_block(std::string_view block);

    /// After the last block.
    void end();

    [[nodiscard]] LogFault fault() const noexcept { return fault_; }
    [[nodiscard]] std::uint64_t fault_offset() const noexcept { return fault_offset_; }

    /// How far the file is whole records: to its end, or to where the first one begins that is none.
    [[nodiscard]] std::uint64_t proven_bytes() const noexcept;

private:
    void read_block(std::string_view block);
    void take_fragment(std::uint8_t type, std::string_view payload, std::uint64_t offset);
    void give(std::string_view record, std::uint64_t offset);
    void fail(LogFault fault, std::uint64_t offset);
    void search(std::string_view block, std::size_t from) const;

    Visit visit_;
    BehindFault behind_fault_;
    std::uint64_t block_offset_ = 0;
    std::string fragments_;  // of a record that is not whole yet
    std::optional<std::uint64_t> record_offset_;
    LogFault fault_ = LogFault::none;
    std::uint64_t fault_offset_ = 0;
};

/// What stands at the head of a batch.
struct BatchHead {
    std::uint64_t first_sequence = 0;
    std::uint32_t changes = 0;

    [[nodiscard]] std::uint64_t next_sequence() const noexcept { return first_sequence + changes; }
};

/// Nothing for bytes that are no batch. The engine numbers with 56 bits.
[[nodiscard]] std::optional<BatchHead> decode_batch_head(std::string_view batch) noexcept;

/// Which changes were synced at some moment.
struct SyncNote {
    std::uint64_t sequence = 0;    ///< of the last change that was synced
    std::uint64_t log_number = 0;  ///< the log that holds it, or an older one; 0: it is in table files

    friend bool operator==(const SyncNote&, const SyncNote&) = default;
};

/// A note that each caller's batch carries past the engine, as its last entry (WriteBatch::PutLogData). What it says
/// was synced when the batch was written cannot be missing before it for any reason but damage.
struct BatchNote {
    SyncNote synced;
    bool asks_for_sync = false;  ///< the caller is answered only once this very batch is synced

    friend bool operator==(const BatchNote&, const BatchNote&) = default;
};

inline constexpr std::size_t batch_note_bytes = 1 + 8 + 8;

/// 'S' if it asks for a sync, else 'B' | sequence u64 | log number u64.
[[nodiscard]] std::array<char, batch_note_bytes> encode_batch_note(const BatchNote& note) noexcept;

/// Nothing for other bytes.
[[nodiscard]] std::optional<BatchNote> decode_batch_note(std::string_view bytes) noexcept;

/// The note that ends a batch; nothing if none does.
[[nodiscard]] std::optional<BatchNote> find_batch_note(std::string_view batch) noexcept;

/// What the manifest's records say about the log. Each field is optional.
struct ManifestNote {
    std::optional<std::uint64_t> log_number;         ///< what smaller ones hold of one column family is in table files
    std::optional<std::uint64_t> oldest_log_needed;  ///< logs with smaller numbers are in table files whole
    std::optional<std::uint64_t> last_sequence;      ///< of the changes in table files
};

/// Reads the leading fields of a manifest record, and stops where it meets one that it does not know.
[[nodiscard]] ManifestNote decode_manifest_note(std::string_view record) noexcept;

}  // namespace tokenstore::codec
