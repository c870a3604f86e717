// What a Database owns of the engine. Seen by the files of storage/ only.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/slice.h>

#include "storage/column_families.hpp"
#include "storage/database.hpp"
#include "storage/engine_env.hpp"
#include "storage/engine_events.hpp"
#include "storage/high_water_mark.hpp"
#include "storage/host.hpp"
#include "storage/in_doubt_file.hpp"
#include "storage/log_replay.hpp"
#include "storage/possible_ends.hpp"
#include "storage/store_directory.hpp"

namespace tokenstore::storage {

[[nodiscard]] inline rocksdb::Slice slice(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }
[[nodiscard]] inline std::string_view view(const rocksdb::Slice& bytes) noexcept {
    return {bytes.data(), bytes.size()};
}

/// What of the source's logs and manifest a view consists of, and the mark that a copy of just that has to carry.
struct ViewExtent {
    ReadLimits limits;
    codec::HighWater mark;
};

struct Database::Engine {
    Host host = current_host();
    std::unique_ptr<EngineEnv> env;         // the engine's own; outlives it
    std::unique_ptr<InDoubtFile> in_doubt;  // the primary's
    std::unique_ptr<LogReplay> replay;      // the primary's; the engine's options point to it for as long as it lives
    std::shared_ptr<EngineEvents> events = std::make_shared<EngineEvents>();
    std::unique_ptr<StoreDirectory> directory;  // the primary's; outlives the engine's use of it
    std::unique_ptr<rocksdb::DB> db;
    std::array<rocksdb::ColumnFamilyHandle*, column_families.size()> handles{};
    std::unique_ptr<HighWaterMark> high_water;  // the primary's
    std::atomic<std::uint64_t> log_number{0};   // of the log that is written now, or an older one; 0 before the first

    std::optional<PossibleEnds> possible_ends;  // the primary's; absent where each end has to be looked up

    // Built once: ReadOptions is too large to fill in on each look-up.
    rocksdb::ReadOptions point_read;

    ViewExtent extent;  // a view's

    std::atomic<std::uint64_t> failed_writes{0};
    std::atomic<bool> compactions_canceled{false};
    bool may_have_doubts = false;

    [[nodiscard]] EngineCondition& condition() const noexcept { return events->condition(); }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const noexcept {
        return handles[position(family)];
    }

    /// False proves that the family or user has no end.
    [[nodiscard]] bool may_have_ended(std::string_view id) const noexcept {
        return !possible_ends || possible_ends->contains(id);
    }
};

}  // namespace tokenstore::storage
