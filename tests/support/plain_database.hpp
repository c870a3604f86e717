// A closed store seen as what it is on disk: a RocksDB database. For planting what the store would never write, and for
// counting what it left.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

namespace tokenstore::test {

/// Every function throws std::runtime_error when the engine refuses.
class PlainDatabase {
public:
    /// Opens every column family that the directory has. What is written rests in the log: the store itself makes
    /// table files of it.
    explicit PlainDatabase(const std::filesystem::path& directory);

    /// Makes a database without any of the store's column families.
    [[nodiscard]] static PlainDatabase make(const std::filesystem::path& directory);

    ~PlainDatabase();
    PlainDatabase(PlainDatabase&&) noexcept = default;
    PlainDatabase& operator=(PlainDatabase&&) = delete;
    PlainDatabase(const PlainDatabase&) = delete;
    PlainDatabase& operator=(const PlainDatabase&) = delete;

    void add_column_family(const std::string& name);
    void put(std::string_view family, std::string_view key, std::string_view value);
    void remove(std::string_view family, std::string_view key);
    [[nodiscard]] std::optional<std::string> get(std::string_view family, std::string_view key) const;

    /// In the order of the keys.
    [[nodiscard]] std::vector<std::string> keys(std::string_view family) const;

    /// The names of its table files in the store's directory.
    [[nodiscard]] std::vector<std::string> table_files(std::string_view family) const;

    [[nodiscard]] std::size_t count(std::string_view family) const { return keys(family).size(); }

private:
    PlainDatabase() = default;

    [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(std::string_view name) const;

    std::unique_ptr<rocksdb::DB> db_;
    std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace tokenstore::test
