// What a Database owns of the engine. Seen by the files of storage/ only.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/slice.h>

#include "storage/column_families.hpp"
#include "storage/database.hpp"
#include "storage/in_doubt_file.hpp"
#include "storage/store_directory.hpp"

namespace tokenstore::storage {

[[nodiscard]] inline rocksdb::Slice slice(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }
[[nodiscard]] inline std::string_view view(const rocksdb::Slice& bytes) noexcept {
    return {bytes.data(), bytes.size()};
}

struct Database::Engine {
    std::unique_ptr<StoreDirectory> directory;  // the primary's; outlives the engine's use of it
    std::unique_ptr<rocksdb::DB> db;
    std::array<rocksdb::ColumnFamilyHandle*, column_families.size()> handles{};
    std::unique_ptr<InDoubtFile> in_doubt;  // the primary's

    // Built once: ReadOptions is too large to fill in on each look-up.
    rocksdb::ReadOptions point_read;

    std::atomic<bool> writes_refused{false};
    std::atomic<std::uint64_t> failed_writes{0};
    std::atomic<bool> compactions_canceled{false};
    bool may_have_doubts = false;

    [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const noexcept {
        return handles[position(family)];
    }
};

}  // namespace tokenstore::storage
