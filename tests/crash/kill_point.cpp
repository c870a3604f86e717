#include "crash/kill_point.hpp"

#include <array>
#include <filesystem>
#include <string_view>

namespace tokenstore::test {

namespace {

constexpr std::array making = {
    KillPoint{Work::making, StoreFile::marker, IoKind::append},
    KillPoint{Work::making, StoreFile::marker, IoKind::remove},
    KillPoint{Work::making, StoreFile::manifest, IoKind::append, 3},
    KillPoint{Work::making, StoreFile::current, IoKind::rename, 2},
    KillPoint{Work::making, StoreFile::log, IoKind::append},
    KillPoint{Work::making, StoreFile::mark, IoKind::rename},
    KillPoint{Work::making, StoreFile::doubts, IoKind::append},
    KillPoint{Work::making, StoreFile::doubts, IoKind::rename},
    KillPoint{Work::making, StoreFile::directory, IoKind::sync_directory, 4},
};

constexpr std::array opening = {
    KillPoint{Work::opening, StoreFile::table, IoKind::create, 3},
    KillPoint{Work::opening, StoreFile::table, IoKind::append, 3},
    KillPoint{Work::opening, StoreFile::table, IoKind::sync, 3},
    KillPoint{Work::opening, StoreFile::manifest, IoKind::create},
    KillPoint{Work::opening, StoreFile::manifest, IoKind::append, 12},
    KillPoint{Work::opening, StoreFile::manifest, IoKind::sync},
    KillPoint{Work::opening, StoreFile::manifest, IoKind::remove},
    KillPoint{Work::opening, StoreFile::current, IoKind::append},
    KillPoint{Work::opening, StoreFile::current, IoKind::rename},
    KillPoint{Work::opening, StoreFile::log, IoKind::create},
    KillPoint{Work::opening, StoreFile::log, IoKind::append},
    KillPoint{Work::opening, StoreFile::log, IoKind::sync},
    KillPoint{Work::opening, StoreFile::log, IoKind::remove},
    KillPoint{Work::opening, StoreFile::mark, IoKind::append},
    KillPoint{Work::opening, StoreFile::mark, IoKind::rename},
    KillPoint{Work::opening, StoreFile::directory, IoKind::sync_directory, 4},
};

constexpr std::array calling = {
    KillPoint{Work::calling, StoreFile::log, IoKind::append, 800},
    KillPoint{Work::calling, StoreFile::log, IoKind::sync, 200},
    KillPoint{Work::calling, StoreFile::log, IoKind::create, 3},
    KillPoint{Work::calling, StoreFile::mark, IoKind::overwrite, 200},
    KillPoint{Work::calling, StoreFile::mark, IoKind::sync, 3},
    KillPoint{Work::calling, StoreFile::directory, IoKind::sync_directory, 3},
};

constexpr std::array flushing = {
    KillPoint{Work::flushing, StoreFile::table, IoKind::create, 5},
    KillPoint{Work::flushing, StoreFile::table, IoKind::append, 5},
    KillPoint{Work::flushing, StoreFile::table, IoKind::sync, 5},
    KillPoint{Work::flushing, StoreFile::manifest, IoKind::append, 10},
    KillPoint{Work::flushing, StoreFile::manifest, IoKind::sync, 5},
    KillPoint{Work::flushing, StoreFile::log, IoKind::sync},
    KillPoint{Work::flushing, StoreFile::log, IoKind::remove, 2},
};

constexpr std::array compacting = {
    KillPoint{Work::compacting, StoreFile::table, IoKind::create, 5},
    KillPoint{Work::compacting, StoreFile::table, IoKind::append, 5},
    KillPoint{Work::compacting, StoreFile::table, IoKind::sync, 5},
    KillPoint{Work::compacting, StoreFile::table, IoKind::remove, 10},
    KillPoint{Work::compacting, StoreFile::manifest, IoKind::append, 5},
    KillPoint{Work::compacting, StoreFile::manifest, IoKind::sync, 5},
    KillPoint{Work::compacting, StoreFile::directory, IoKind::sync_directory, 5},
};

std::string_view name(Work work) noexcept {
    switch (work) {
        case Work::making:
            return "making";
        case Work::opening:
            return "opening";
        case Work::calling:
            return "calling";
        case Work::flushing:
            return "flushing";
        case Work::compacting:
            return "compacting";
    }
    return "unknown";
}

std::string_view name(StoreFile file) noexcept {
    switch (file) {
        case StoreFile::log:
            return "log";
        case StoreFile::table:
            return "table";
        case StoreFile::manifest:
            return "manifest";
        case StoreFile::current:
            return "current";
        case StoreFile::mark:
            return "mark";
        case StoreFile::doubts:
            return "doubts";
        case StoreFile::marker:
            return "marker";
        case StoreFile::directory:
            return "directory";
        case StoreFile::other:
            return "other";
    }
    return "unknown";
}

StoreFile file_of(const Io& io) {
    if (io.kind == IoKind::sync_directory) return StoreFile::directory;
    const std::filesystem::path path = io.kind == IoKind::rename ? io.target : io.path;
    const std::string file = path.filename().string();
    if (file.ends_with(".log")) return StoreFile::log;
    if (file.ends_with(".sst")) return StoreFile::table;
    if (file.starts_with("MANIFEST-")) return StoreFile::manifest;
    if (file.starts_with("OPTIONS-")) return StoreFile::other;
    if (file == "CURRENT" || file.ends_with(".dbtmp")) return StoreFile::current;
    if (file.starts_with("HIGH_WATER")) return StoreFile::mark;
    if (file.starts_with("IN_DOUBT")) return StoreFile::doubts;
    if (file == "CREATING") return StoreFile::marker;
    return StoreFile::other;
}

}  // namespace

std::span<const KillPoint> kill_points(Work work) noexcept {
    switch (work) {
        case Work::making:
            return making;
        case Work::opening:
            return opening;
        case Work::calling:
            return calling;
        case Work::flushing:
            return flushing;
        case Work::compacting:
            return compacting;
    }
    return {};
}

bool is_at(const KillPoint& point, Work work, const Io& io) {
    return point.work == work && point.io == io.kind && point.file == file_of(io);
}

std::string name(const KillPoint& point) {
    return std::string(name(point.work)).append(".").append(name(point.file)).append(".").append(name(point.io));
}

std::string_view name(KillMoment moment) noexcept {
    switch (moment) {
        case KillMoment::before:
            return "before";
        case KillMoment::half_done:
            return "half done";
        case KillMoment::after:
            return "after";
    }
    return "unknown";
}

}  // namespace tokenstore::test
