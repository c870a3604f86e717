// Flushing, compacting, and the figures about memory and disk.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <rocksdb/cache.h>

#include "expiry/expiry_properties.hpp"
#include "storage/engine.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace {

rocksdb::CompactRangeOptions compact_options(std::atomic<bool>& canceled) {
    rocksdb::CompactRangeOptions options;
    // Let the engine's own compactions go on beside ours.
    options.exclusive_manual_compaction = false;
    // Rewrite the last level too, once: it is where expired records rest. Without "optimized" it is rewritten twice.
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    options.canceled = &canceled;
    return options;
}

Error closing_error() { return {ErrorCode::closed, WriteState::nothing_written, "the store is closing"}; }

std::vector<Family> all_families() {
    std::vector<Family> families;
    families.reserve(column_families.size());
    for (const auto& description : column_families) families.push_back(description.family);
    return families;
}

/// Closing cancels compactions: not a failure.
bool was_canceled(const rocksdb::Status& status) {
    return status.IsManualCompactionPaused() || status.IsShutdownInProgress() || status.IsIncomplete();
}

/// The range of keys that the files with something due span; empty if there is none.
struct DueRange {
    bool any = false;
    std::string smallest;
    std::string largest;

    void add(const rocksdb::SstFileMetaData& file) {
        if (!any || file.smallestkey < smallest) smallest = file.smallestkey;
        if (!any || file.largestkey > largest) largest = file.largestkey;
        any = true;
    }
};

}  // namespace

Result<void> Database::flush() {
    if (auto synced = sync(); !synced) return synced;
    if (auto flushed = flush_memtables(all_families()); !flushed) return flushed;
    note_manifest();
    return {};
}

Result<void> Database::flush_memtables(const std::vector<Family>& families) {
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    handles.reserve(families.size());
    for (const auto family : families) handles.push_back(engine_->handle(family));
    // By default the engine puts a flush off for as long as it would stall writes, which is for ever where its
    // compactions fail for want of room.
    rocksdb::FlushOptions options;
    options.allow_write_stall = true;
    const auto last_sequence = latest_sequence();
    const auto status = engine_->db->Flush(options, handles);
    if (!status.ok()) return read_error(status, "flushing");
    if (!engine_->condition().was_stopped()) return {};
    // An engine of 7.8 that was stopped once, by a full disk, say, waits for no flush any more, and calls it done when
    // it has been ordered (ErrorHandler::ClearBGError leaves is_db_stopped_ as it was).
    const auto is_flushed = [&](Family family) {
        std::uint64_t unflushed_memtables = 0;
        return !engine_->db->GetIntProperty(engine_->handle(family), rocksdb::DB::Properties::kNumImmutableMemTable,
                                            &unflushed_memtables) ||
               unflushed_memtables == 0 || engine_->events->flushed_sequence(family) >= last_sequence;
    };
    for (const auto family : families) {
        while (!is_flushed(family)) {
            if (engine_->compactions_canceled) return closing_error();
            const auto health = engine_->condition().health();
            if (!health.takes_writes) return writes_refused_error(health, WriteState::nothing_written);
            engine_->env->SleepForMicroseconds(1000);
        }
    }
    return {};
}

Result<void> Database::compact() {
    const auto options = compact_options(engine_->compactions_canceled);
    for (const auto& description : column_families) {
        if (auto flushed = flush_memtables({description.family}); !flushed) return flushed;
        const auto status = engine_->db->CompactRange(options, engine_->handle(description.family), nullptr, nullptr);
        if (was_canceled(status)) return closing_error();
        if (!status.ok()) return read_error(status, "compacting");
    }
    note_manifest();
    return {};
}

Result<void> Database::compact_expired_tokens(std::int64_t due_us) {
    for (const auto family : {Family::tokens, Family::by_family, Family::by_user}) {
        if (auto compacted = compact_expired(family, due_us); !compacted) return compacted;
    }
    note_manifest();
    return {};
}

Result<void> Database::compact_expired_ends(std::int64_t due_us) {
    auto compacted = compact_expired(Family::revocations, due_us);
    note_manifest();
    return compacted;
}

Result<void> Database::compact_expired(Family family, std::int64_t due_us) {
    // What rests in a memtable of an idle store has to reach a file before it can leave it.
    if (auto flushed = flush_memtables({family}); !flushed) return flushed;
    auto* const handle = engine_->handle(family);
    rocksdb::TablePropertiesCollection properties;
    if (const auto status = engine_->db->GetPropertiesOfAllTables(handle, &properties); !status.ok()) {
        return read_error(status, "reading the properties of table files");
    }
    rocksdb::ColumnFamilyMetaData metadata;
    engine_->db->GetColumnFamilyMetaData(handle, &metadata);
    DueRange due;
    for (const auto& level : metadata.levels) {
        for (const auto& file : level.files) {
            const auto found = properties.find(file.db_path + file.name);
            if (found == properties.end()) {
                due.add(file);  // written since the properties were read
                continue;
            }
            const auto earliest_us = expiry::earliest_expiry(*found->second);
            if (earliest_us && *earliest_us <= due_us) due.add(file);
        }
    }
    if (!due.any) return {};
    const rocksdb::Slice begin(due.smallest);
    const rocksdb::Slice end(due.largest);
    const auto status = engine_->db->CompactRange(compact_options(engine_->compactions_canceled), handle, &begin, &end);
    if (was_canceled(status)) return closing_error();
    if (!status.ok()) return read_error(status, "compacting expired records");
    return {};
}

Result<std::optional<std::int64_t>> Database::earliest_token_expiry() {
    if (auto flushed = flush_memtables({Family::tokens}); !flushed) return std::move(flushed).error();
    rocksdb::TablePropertiesCollection properties;
    const auto status = engine_->db->GetPropertiesOfAllTables(engine_->handle(Family::tokens), &properties);
    if (!status.ok()) return read_error(status, "reading the properties of table files");
    std::optional<std::int64_t> earliest_us;
    for (const auto& [file, of_file] : properties) {
        const auto of_file_us = expiry::earliest_expiry(*of_file);
        if (of_file_us) earliest_us = std::min(earliest_us.value_or(*of_file_us), *of_file_us);
    }
    return earliest_us;
}

void Database::read_gauges(Statistics& statistics) const {
    const auto sum = [&](const std::string& property) {
        std::uint64_t total = 0;
        for (const auto& description : column_families) {
            std::uint64_t value = 0;
            if (engine_->db->GetIntProperty(engine_->handle(description.family), property, &value)) total += value;
        }
        return total;
    };
    statistics.failed_writes = engine_->failed_writes.load(std::memory_order_relaxed);
    auto* const tokens = engine_->handle(Family::tokens);
    if (!engine_->db->GetIntProperty(tokens, rocksdb::DB::Properties::kEstimateNumKeys, &statistics.estimated_tokens) ||
        !engine_->db->GetIntProperty(tokens, rocksdb::DB::Properties::kBlockCacheUsage,
                                     &statistics.block_cache_bytes)) {
        return;  // both are known to every version of the engine
    }
    statistics.disk_bytes = sum(rocksdb::DB::Properties::kLiveSstFilesSize);
    statistics.memtable_bytes = sum(rocksdb::DB::Properties::kCurSizeAllMemTables);
    statistics.table_reader_bytes = sum(rocksdb::DB::Properties::kEstimateTableReadersMem);
    statistics.pending_compaction_bytes = sum(rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
}

void Database::cancel_compactions() noexcept { engine_->compactions_canceled.store(true); }

}  // namespace tokenstore::storage
