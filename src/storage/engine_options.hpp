// The engine's options, each with its reason. RocksDB 7.8 is what they are chosen for; newer ones compile.
#pragma once

#include <memory>
#include <vector>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <tokenstore/options.hpp>

#include "expiry/reclaim_state.hpp"

namespace tokenstore::storage {

/// What all instances share, the owner's and those of readers.
[[nodiscard]] rocksdb::DBOptions database_options();

/// The primary's: budgets and background work from the store's options.
[[nodiscard]] rocksdb::DBOptions primary_options(const Options& options);

/// All column families in the order of `column_families`, sharing one block cache of `block_cache_bytes`. With a null
/// `reclaim` no filter is installed.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> column_family_descriptors(
    std::size_t block_cache_bytes, std::size_t write_buffer_bytes,
    const std::shared_ptr<expiry::ReclaimState>& reclaim);

}  // namespace tokenstore::storage
