// The points at which a victim ends itself: in the course of which work, on which file, with which output. All that
// changes the disk passes the engine's file system, the library's own small files included; only the making of the
// store's directory does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "support/hooked_file_system.hpp"

namespace tokenstore::test {

/// What a thread of a victim is at.
enum class Work {
    making,      ///< opening where no finished store is
    opening,     ///< opening a store, recovery included; whichever thread
    calling,     ///< a call of the victim, or the library's own maintenance
    flushing,    ///< in the background, files that are not needed any more included
    compacting,  ///< in the background
};

enum class StoreFile {
    log,
    table,
    manifest,
    current,  ///< CURRENT; here and below under the name, too, under which it is written
    mark,     ///< HIGH_WATER
    doubts,   ///< IN_DOUBT
    marker,   ///< of a store that is being made
    directory,
    other,
};

struct KillPoint {
    Work work = Work::calling;
    StoreFile file = StoreFile::other;
    IoKind io = IoKind::append;
    std::uint64_t usual = 1;  ///< how often one victim comes by, about
};

/// Those at which victims are killed: a store at that work comes by, if not each time.
[[nodiscard]] std::span<const KillPoint> kill_points(Work work) noexcept;

/// Whether an output of a thread that is at `work` is at the point.
[[nodiscard]] bool is_at(const KillPoint& point, Work work, const Io& io);

/// As "opening.log.append".
[[nodiscard]] std::string name(const KillPoint& point);

enum class KillMoment {
    before,
    half_done,  ///< of what writes bytes, the first half is written; anything else is not done
    after,
};

[[nodiscard]] std::string_view name(KillMoment moment) noexcept;

/// What a victim is told to do.
struct KillOrder {
    KillPoint point;
    KillMoment moment = KillMoment::before;
    std::uint64_t nth = 0;  ///< time that it comes by, from 1 on; 0: to go on until it is killed
};

}  // namespace tokenstore::test
