#include "storage/ends_in_files.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>

#include <tokenstore/options.hpp>

#include "codec/keys.hpp"
#include "storage/engine.hpp"
#include "storage/engine_options.hpp"

namespace tokenstore::storage {

namespace {

// Of so many, every third id or so would be looked up in vain, and opening would have to read them all.
constexpr std::uint64_t most_records = PossibleEnds::places / 2;

/// What was recovered from the log is in table files once a database is open.
bool has_records_in_memory(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* revocations) {
    for (const auto& property :
         {rocksdb::DB::Properties::kNumEntriesActiveMemTable, rocksdb::DB::Properties::kNumEntriesImmMemTables}) {
        std::uint64_t records = 0;
        if (!db.GetIntProperty(revocations, property, &records) || records > 0) return true;
    }
    return false;
}

/// False unless all records of the file were seen.
bool add_ends(const rocksdb::Options& options, const rocksdb::SstFileMetaData& file, PossibleEnds& ends) {
    rocksdb::SstFileReader reader(options);
    if (!reader.Open(file.directory + "/" + file.relative_filename).ok()) return false;
    rocksdb::ReadOptions read;
    read.total_order_seek = true;
    read.fill_cache = false;
    read.readahead_size = 2U << 20U;
    const std::unique_ptr<rocksdb::Iterator> iterator(reader.NewIterator(read));
    std::uint64_t seen = 0;
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        const auto key = view(iterator->key());
        if (codec::is_family_end_key(key) || codec::is_user_end_key(key)) ends.add(key.substr(1));
        ++seen;
    }
    const auto properties = reader.GetTableProperties();
    return iterator->status().ok() && properties && seen + properties->num_deletions == properties->num_entries;
}

/// Keeps the files that it was made to look at: a compaction that has begun with the opening may replace them.
class KeptFiles {
public:
    explicit KeptFiles(rocksdb::DB& db) : db_(db), kept_(db.DisableFileDeletions().ok()) {}
    KeptFiles(const KeptFiles&) = delete;
    KeptFiles& operator=(const KeptFiles&) = delete;
    ~KeptFiles() {
        if (kept_) db_.EnableFileDeletions(/*force=*/false).PermitUncheckedError();
    }

private:
    rocksdb::DB& db_;
    bool kept_;
};

}  // namespace

std::optional<PossibleEnds> ends_in_files(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* revocations,
                                          rocksdb::Env& env) {
    if (has_records_in_memory(db, revocations)) return std::nullopt;
    const KeptFiles kept(db);
    rocksdb::ColumnFamilyMetaData metadata;
    db.GetColumnFamilyMetaData(revocations, &metadata);
    std::uint64_t records = 0;
    for (const auto& level : metadata.levels) {
        for (const auto& file : level.files) records += file.num_entries;
    }
    if (records > most_records) return std::nullopt;

    const auto descriptors =
        column_family_descriptors(/*block_cache_bytes=*/1U << 20U, Options().write_buffer_bytes, nullptr);
    rocksdb::Options options(rocksdb::DBOptions(), descriptors[position(Family::revocations)].options);
    options.env = &env;
    PossibleEnds ends;
    for (const auto& level : metadata.levels) {
        for (const auto& file : level.files) {
            if (!add_ends(options, file, ends)) return std::nullopt;
        }
    }
    return ends;
}

}  // namespace tokenstore::storage
