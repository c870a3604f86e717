// The table files of a database: what there is, and whether each is whole.
#include <system_error>

#include <rocksdb/sst_file_reader.h>

#include "storage/engine.hpp"
#include "storage/engine_options.hpp"
#include "storage/status_error.hpp"

namespace tokenstore::storage {

namespace fs = std::filesystem;

fs::path Database::directory() const { return engine_->db->GetName(); }

Result<std::vector<TableFile>> Database::table_files() const {
    std::vector<TableFile> files;
    for (const auto& description : column_families) {
        rocksdb::ColumnFamilyMetaData metadata;
        engine_->db->GetColumnFamilyMetaData(engine_->handle(description.family), &metadata);
        for (const auto& level : metadata.levels) {
            for (const auto& file : level.files) {
                files.push_back({fs::path(file.name).filename().string(), description.family, level.level, file.size,
                                 file.num_entries, file.num_deletions});
            }
        }
    }
    return files;
}

Result<std::map<std::string, std::string>> Database::table_identities() const {
    std::map<std::string, std::string> identities;
    for (auto* const handle : engine_->handles) {
        rocksdb::TablePropertiesCollection properties;
        const auto status = engine_->db->GetPropertiesOfAllTables(handle, &properties);
        if (!status.ok()) return read_error(status, "reading the properties of table files");
        for (const auto& [file, of_file] : properties) {
            // Each opening of a database has a session of its own.
            identities[fs::path(file).filename().string()] =
                of_file->db_session_id + "-" + std::to_string(of_file->orig_file_number);
        }
    }
    return identities;
}

const ViewExtent& Database::view_extent() const noexcept { return engine_->extent; }

Result<void> Database::check_table_file(const TableFile& file) const {
    return check_table_file(file, directory() / file.name);
}

Result<void> Database::check_table_file(const TableFile& file, const fs::path& path) const {
    auto descriptors =
        column_family_descriptors(/*block_cache_bytes=*/1U << 20U, Options().write_buffer_bytes, nullptr);
    rocksdb::Options options(rocksdb::DBOptions(), descriptors[position(file.family)].options);
    options.env = engine_->host.env;
    rocksdb::SstFileReader reader(options);
    auto status = reader.Open(path.string());
    rocksdb::ReadOptions read;
    read.readahead_size = 2U << 20U;
    read.fill_cache = false;
    if (status.ok()) status = reader.VerifyChecksum(read);
    if (status.ok()) return {};
    std::error_code unknown;
    // The view that knows of it has it open; whoever reads it through that reads what it held.
    if (!fs::exists(path, unknown)) return {};
    return read_error(status, "checking the table file " + file.name);
}

std::uint64_t Database::estimated_records(Family family) const {
    std::uint64_t records = 0;
    const bool known =
        engine_->db->GetIntProperty(engine_->handle(family), rocksdb::DB::Properties::kEstimateNumKeys, &records);
    return known ? records : 0;
}

}  // namespace tokenstore::storage
