#include "storage/engine_options.hpp"

#include <algorithm>
#include <cstdarg>

#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include "codec/keys.hpp"
#include "expiry/expiry_properties.hpp"
#include "expiry/ttl_filter.hpp"
#include "storage/column_families.hpp"

namespace tokenstore::storage {

namespace {

/// Drops what the engine would log. Its own log file names keys of compactions, and on a full disk Debian's build ends
/// the process when an append to it fails.
class SilentLogger final : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache, Family family) {
    rocksdb::BlockBasedTableOptions table;
    // The newest format that 7.8 writes; 6 needs 8.6.
    table.format_version = 5;
    // One cache for all column families, named here: the default is 8 MB for each.
    table.block_cache = cache;
    // Filters and indexes stay in the table readers: about 2.5 bytes a record, never evicted by a scan.
    table.cache_index_and_filter_blocks = false;
    // A token that nobody issued is refused from memory. Bloom, not Ribbon: half the time to query.
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    // Point look-ups want small blocks and short restart intervals: about 25 tokens, 4 to a restart.
    table.block_size = 4096;
    table.block_restart_interval = 4;
    // The default, and the fast one in Debian's build, whose CRC32C is a table loop.
    table.checksum = rocksdb::kXXH3;
    // Point look-ups find their restart by hash. Only for what is read by Get alone.
    if (family == Family::tokens) {
        table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
        table.data_block_hash_table_util_ratio = 0.75;
    }
    // The indexes are read by prefix only: filters of whole keys would be dead weight.
    table.whole_key_filtering = family != Family::by_family && family != Family::by_user;
    return table;
}

std::shared_ptr<const rocksdb::SliceTransform> prefix_extractor(Family family) {
    switch (family) {
        case Family::by_family:
        case Family::by_user:
            return std::shared_ptr<const rocksdb::SliceTransform>(
                rocksdb::NewFixedPrefixTransform(codec::index_prefix_bytes));
        case Family::revocations:
            return std::shared_ptr<const rocksdb::SliceTransform>(
                rocksdb::NewFixedPrefixTransform(codec::revocation_prefix_bytes));
        case Family::meta:
        case Family::tokens:
            return nullptr;
    }
    return nullptr;
}

}  // namespace

expiry::RecordKind record_kind(Family family) noexcept {
    if (family == Family::tokens) return expiry::RecordKind::token;
    return family == Family::revocations ? expiry::RecordKind::end : expiry::RecordKind::index_entry;
}

rocksdb::DBOptions database_options() {
    rocksdb::DBOptions db;
    // Table readers stay open: no file is opened on a look-up, and a view keeps what its owner deletes.
    db.max_open_files = -1;
    db.info_log = std::make_shared<SilentLogger>();
    // Its default follows NDEBUG of our build, not of the engine's: so it is set.
    db.info_log_level = rocksdb::WARN_LEVEL;
    // Keys hold ids of users: keep them out of messages. The host's name does not belong into table files.
    db.allow_data_in_errors = false;
    db.db_host_id = "";
    db.skip_stats_update_on_db_open = false;
    // The engine is shown what was proven of the log (engine_env.hpp) and replays that whole, or not at all: its own
    // reading may meet a fault that the proof did not.
    db.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
    return db;
}

rocksdb::DBOptions primary_options(const Options& options) {
    auto db = database_options();
    // Recycled logs can replay stale records before 9.2, and manual flushing loses acknowledged writes at kill -9.
    db.recycle_log_file_num = 0;
    db.manual_wal_flush = false;
    // One log covers all column families, so one batch is atomic across them without atomic flushes.
    db.atomic_flush = false;
    // Unordered writes would let a rotation be seen half done; pipelined ones are no gain with synced writes.
    db.unordered_write = false;
    db.enable_pipelined_write = false;
    // Files are deleted by background threads, not by the caller that happens to drop the last reference.
    db.avoid_unnecessary_blocking_io = true;
    db.max_background_jobs = options.background_jobs;
    // All memtables together. The log that a slow column family keeps alive is bounded too: it is what open replays.
    db.db_write_buffer_size = options.write_buffer_bytes;
    db.max_total_wal_size = std::max<std::uint64_t>(64ULL << 20U, 2 * options.write_buffer_bytes);
    // Spread the writing of table files; a flood at the end of one stalls the log's syncs.
    db.bytes_per_sync = 1U << 20U;
    return db;
}

std::vector<rocksdb::ColumnFamilyDescriptor> column_family_descriptors(
    std::size_t block_cache_bytes, std::size_t write_buffer_bytes,
    const std::shared_ptr<expiry::ReclaimState>& reclaim) {
    const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const auto& description : column_families) {
        rocksdb::ColumnFamilyOptions family;
        family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(cache, description.family)));
        family.prefix_extractor = prefix_extractor(description.family);
        // Hashes, ids and their records do not compress.
        family.compression = rocksdb::kNoCompression;
        family.bottommost_compression = rocksdb::kDisableCompressionOption;
        // The sum over all is bounded by db_write_buffer_size; this bounds one.
        family.write_buffer_size = write_buffer_bytes / 2;
        family.max_write_buffer_number = 4;
        // Most look-ups are for older rows: let the memtable reject them. One option without the other does nothing
        // where there is no prefix extractor.
        family.memtable_prefix_bloom_size_ratio = 0.1;
        family.memtable_whole_key_filtering = true;
        // Switching later needs a full compaction in 7.8: on from the first day. Bounds space to about 1.1 times.
        family.level_compaction_dynamic_level_bytes = true;
        // A write stop on estimated debt can outlast its cause before 8.7: throttle by files, not by that estimate.
        family.soft_pending_compaction_bytes_limit = 256ULL << 30U;
        family.hard_pending_compaction_bytes_limit = 512ULL << 30U;
        if (description.expires) {
            if (reclaim) {
                family.compaction_filter_factory =
                    std::make_shared<expiry::TtlFilterFactory>(reclaim, record_kind(description.family));
            }
            family.table_properties_collector_factories.push_back(std::make_shared<expiry::ExpiryPropertiesFactory>());
            // After a clean-up the tombstones go soon: a file with half of 1,024 neighbours deleted is compacted.
            family.table_properties_collector_factories.push_back(
                rocksdb::NewCompactOnDeletionCollectorFactory(1024, 512));
        }
        descriptors.emplace_back(std::string(description.name), family);
    }
    return descriptors;
}

}  // namespace tokenstore::storage
