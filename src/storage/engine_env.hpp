// The environment that the engine runs in: the host's, with three differences.
//
// - Of logs and manifest the engine reads what was proven, and nothing else. By itself it either refuses a log with a
//   torn end or goes on behind damage, depending on its recovery mode, and with the most tolerant one it can read for
//   ever; and it refuses a manifest whose end is torn in another way than being cut short.
// - What CURRENT is about to name is made durable first. The engine syncs the directory only after it has put the new
//   CURRENT in place: a file system that keeps the later change and loses the earlier would leave a CURRENT that names
//   a manifest which is not there.
// - A log takes room on the disk at most 4 MiB ahead. The engine asks for a tenth more than a memtable may hold: 74 MB
//   with the default options, for a store that holds one token.
//
// Threads: any.
#pragma once

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

/// `env` must outlive the answer.
[[nodiscard]] std::unique_ptr<rocksdb::Env> make_engine_env(rocksdb::Env& env, ReadLimits limits);

}  // namespace tokenstore::storage
