// The environment that the engine runs in: the host's, with four differences.
//
// - Of logs and manifest the engine reads what was proven, and nothing else. By itself it either refuses a log with a
//   torn end or goes on behind damage, depending on its recovery mode, and with the most tolerant one it can read for
//   ever; and it refuses a manifest whose end is torn in another way than being cut short.
// - What CURRENT is about to name is made durable first. The engine syncs the directory only after it has put the new
//   CURRENT in place: a file system that keeps the later change and loses the earlier would leave a CURRENT that names
//   a manifest which is not there.
// - A log takes room on the disk at most 4 MiB ahead. The engine asks for a tenth more than a memtable may hold: 74 MB
//   with the default options, for a store that holds one token.
// - Once told to, its file system does not say any more how much room there is, and it tells whether the thread that
//   recovers from a full disk has asked since.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include <rocksdb/env.h>

#include "codec/high_water_slot.hpp"

namespace tokenstore::storage {

/// How many bytes of each log may be read, by the log's number; none of a log that is not named.
using LogLimits = std::map<std::uint64_t, std::uint64_t>;

struct ReadLimits {
    LogLimits logs;
    std::optional<codec::ManifestExtent>
        manifest;  ///< of no other one is a byte read; absent for a store in the making
};

class EngineEnv final : public rocksdb::EnvWrapper {
public:
    /// `env` must outlive this.
    EngineEnv(rocksdb::Env& env, ReadLimits limits);

    [[nodiscard]] const char* Name() const override { return "tokenstore.engine_env"; }

    /// From now on whoever asks the file system for the free space of the disk gets an error. (This environment goes on
    /// to tell it: there the engine asks while it reports an error.)
    void deny_room() noexcept { room_->denies.store(true, std::memory_order_release); }
    void permit_room() noexcept { room_->denies.store(false, std::memory_order_release); }

    /// Whether somebody has got one who asked about the store's folder, as the engine's recovery does. A compaction
    /// asks about its table file.
    [[nodiscard]] bool has_denied_recovery() const noexcept {
        return room_->has_denied_recovery.load(std::memory_order_acquire);
    }

    struct Room {
        std::atomic<bool> denies{false};
        std::atomic<bool> has_denied_recovery{false};
    };

private:
    const std::shared_ptr<Room> room_ = std::make_shared<Room>();
};

}  // namespace tokenstore::storage
