#include "support/plain_database.hpp"

#include <stdexcept>

namespace tokenstore::test {

namespace {

void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error("the engine refused: " + status.ToString());
}

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

PlainDatabase::PlainDatabase(const std::filesystem::path& directory) {
    rocksdb::DBOptions options;
    options.avoid_flush_during_recovery = true;
    options.max_file_opening_threads = 1;
    std::vector<std::string> names;
    check(rocksdb::DB::ListColumnFamilies(options, directory.string(), &names));
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    rocksdb::ColumnFamilyOptions family_options;
    family_options.disable_auto_compactions = true;
    family_options.write_buffer_size = 1U << 20U;
    for (const auto& name : names) families.emplace_back(name, family_options);
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, directory.string(), families, &handles_, &db));
    db_.reset(db);
}

PlainDatabase PlainDatabase::make(const std::filesystem::path& directory) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, directory.string(), &db));
    PlainDatabase made;
    made.db_.reset(db);
    return made;
}

PlainDatabase::~PlainDatabase() {
    for (auto* handle : handles_) {
        const auto destroyed = db_->DestroyColumnFamilyHandle(handle);
        static_cast<void>(destroyed);
    }
}

void PlainDatabase::add_column_family(const std::string& name) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    check(db_->CreateColumnFamily(rocksdb::ColumnFamilyOptions(), name, &handle));
    handles_.push_back(handle);
}

void PlainDatabase::put(std::string_view family, std::string_view key, std::string_view value) {
    check(db_->Put(rocksdb::WriteOptions(), handle(family), slice(key), slice(value)));
}

void PlainDatabase::remove(std::string_view family, std::string_view key) {
    check(db_->Delete(rocksdb::WriteOptions(), handle(family), slice(key)));
}

std::optional<std::string> PlainDatabase::get(std::string_view family, std::string_view key) const {
    std::string value;
    const auto status = db_->Get(rocksdb::ReadOptions(), handle(family), slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    check(status);
    return value;
}

std::vector<std::string> PlainDatabase::keys(std::string_view family) const {
    const std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(rocksdb::ReadOptions(), handle(family)));
    std::vector<std::string> keys;
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) keys.push_back(iterator->key().ToString());
    check(iterator->status());
    return keys;
}

std::vector<std::string> PlainDatabase::table_files(std::string_view family) const {
    rocksdb::ColumnFamilyMetaData metadata;
    db_->GetColumnFamilyMetaData(handle(family), &metadata);
    std::vector<std::string> names;
    for (const auto& level : metadata.levels) {
        for (const auto& file : level.files) names.push_back(std::filesystem::path(file.name).filename().string());
    }
    return names;
}

rocksdb::ColumnFamilyHandle* PlainDatabase::handle(std::string_view name) const {
    for (auto* handle : handles_) {
        if (handle->GetName() == name) return handle;
    }
    if (name == rocksdb::kDefaultColumnFamilyName) return db_->DefaultColumnFamily();
    throw std::runtime_error("the database has no column family " + std::string(name));
}

}  // namespace tokenstore::test
