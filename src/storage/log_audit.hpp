// The proof that a store's write-ahead log is whole, before the engine replays it.
//
// The engine of 7.8 opens a log with damage in its middle and quietly leaves out what follows, or what was lost (a
// range of zeros passes all of its modes). Revocations would be among it: tokens that were ended would come back. So
// the log is read here first, changing nothing: checksums, changes numbered without gaps within and across files, no
// zeroed ranges, and an end no earlier than what is known to have been synced.
//
// What a log may lack without being damaged:
// - Within one boot a process that was killed leaves at most one record at the very end cut short. One that is killed
//   again while it recovers leaves another log behind that, without a change in it.
// - After a power failure anything that was not synced may be missing, torn or zero, in any order. What was synced is
//   known from the mark (high_water_mark.hpp) and from the notes that later batches carry (codec::BatchNote).
//
// Threads: audit_log() one thread at a time per store; judge() is pure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tokenstore/error.hpp>

#include "codec/engine_log.hpp"
#include "codec/high_water_slot.hpp"
#include "storage/engine_env.hpp"
#include "storage/host.hpp"
#include "storage/manifest.hpp"

namespace tokenstore::storage {

/// The first place in the logs that is not as it was written.
struct LogDamage {
    std::string file;  ///< its name in the store's directory
    std::uint64_t offset = 0;
    codec::LogFault fault = codec::LogFault::none;
    bool goes_on_behind = false;  ///< changes stand behind it, or more damage does, in this log or a later one

    friend bool operator==(const LogDamage&, const LogDamage&) = default;
};

/// What the logs themselves tell.
struct LogAudit {
    std::uint64_t manifest_number = 0;    ///< each opening begins a log, and then the manifest of the next number
    std::uint64_t oldest_log_needed = 0;  ///< older ones are in table files whole; below manifest_number - 1 it may be
                                          ///< the number of no log
    std::uint64_t proven_sequence = 0;    ///< of the last change before the damage, or of the last one
    std::uint64_t noted_sequence = 0;     ///< the greatest that a batch or the manifest notes as synced into these logs
    std::vector<std::uint64_t> logs;      ///< the numbers of those that are there and needed, ascending
    LogLimits proven;                     ///< how much of each of them is to be replayed
    std::string last_log;                 ///< the name of the last of them
    std::uint64_t last_log_bytes = 0;
    std::optional<LogDamage> damage;

    friend bool operator==(const LogAudit&, const LogAudit&) = default;
};

/// Reads all logs that the engine would replay; what is damaged is read twice, lest a passing fault of the disk be
/// taken for damage. The mark has to be read before: of a store that is being written it would otherwise tell of
/// changes behind what was read. Errors: io_error, read_only_directory.
[[nodiscard]] Result<LogAudit> audit_log(const Host& host, const std::filesystem::path& directory,
                                         const Manifest& manifest, const std::optional<codec::HighWater>& mark);

enum class LogVerdict {
    whole,
    unsynced_end,  ///< what is missing was never synced: replay must end at the damage
    damaged,       ///< what is missing had been synced, or cannot have been lost by an end of the process
    cut,           ///< the logs end before a change that had been synced, and nothing in them shows why
    log_missing,   ///< the oldest log that is needed is not there
    mark_missing,  ///< the mark, which every store has, is gone or unreadable
};

[[nodiscard]] LogVerdict judge(const LogAudit& audit, const std::optional<codec::HighWater>& mark,
                               const std::optional<BootId>& boot) noexcept;

/// For the message of the error log_damaged; names file and offset.
[[nodiscard]] std::string describe(LogVerdict verdict, const LogAudit& audit,
                                   const std::optional<codec::HighWater>& mark);

}  // namespace tokenstore::storage
