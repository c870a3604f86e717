// The syncs of the engine's log, counted, and failing on demand as those of a broken disk.
//
// log_syncs.cpp defines fdatasync() for the whole program, the engine's shared library included. Every call is the real
// one, but for log files while they are to fail.
//
// Threads: any.
#pragma once

#include <cstdint>

namespace tokenstore::test {

/// How many syncs of log files (*.log) this process has asked for.
[[nodiscard]] std::uint64_t log_syncs() noexcept;

/// While it lives, syncing a log file answers an input/output error. What was written stays written: whether it reaches
/// the disk is what nobody knows.
class FailingLogSyncs {
public:
    FailingLogSyncs() noexcept;
    ~FailingLogSyncs();
    FailingLogSyncs(const FailingLogSyncs&) = delete;
    FailingLogSyncs& operator=(const FailingLogSyncs&) = delete;
};

}  // namespace tokenstore::test
