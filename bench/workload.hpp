// What the benchmarks work on: one million tokens in a store, and a copy of the same directory opened as a bare RocksDB
// with the same options, so that a ratio compares the layer and nothing else. Each group of benchmarks has a workload
// of its own: what one writes would leave the other a store with more files than its bare copy.
//
// Threads: a workload is made by the thread that first asks for it; then as the members' own promises say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include <tokenstore/token_store.hpp>

namespace tokenstore::bench {

inline constexpr std::int64_t year_us = 365LL * 24 * 3600 * 1'000'000;

/// Options of the store and of the bare database: everything fits the block cache.
[[nodiscard]] Options bench_options();

/// The i-th token of the loaded million; deterministic.
[[nodiscard]] TokenHash stored_hash(std::uint64_t i);

/// A hash that no benchmark stores twice.
[[nodiscard]] TokenHash fresh_hash();

/// A hash that is not stored.
[[nodiscard]] TokenHash unknown_hash(std::uint64_t i);

[[nodiscard]] UserId user_of(std::uint64_t i);
[[nodiscard]] NewToken new_token(const TokenHash& hash, const UserId& user, const FamilyId& family);
[[nodiscard]] Successor successor(const TokenHash& hash);

/// RocksDB without a layer above it.
struct BareDatabase {
    std::unique_ptr<rocksdb::DB> db;
    rocksdb::ColumnFamilyHandle* tokens = nullptr;
    rocksdb::ColumnFamilyHandle* by_family = nullptr;
    rocksdb::ColumnFamilyHandle* by_user = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;

    explicit BareDatabase(const std::filesystem::path& directory);
    BareDatabase(const BareDatabase&) = delete;
    BareDatabase& operator=(const BareDatabase&) = delete;
    ~BareDatabase();
};

struct Workload {
    std::filesystem::path folder;
    std::size_t tokens = 0;
    std::unique_ptr<TokenStore> store;
    std::unique_ptr<BareDatabase> bare;

    Workload(std::filesystem::path folder, std::size_t tokens, std::size_t validity_cache_bytes);
    Workload(const Workload&) = delete;
    Workload& operator=(const Workload&) = delete;
    ~Workload();
};

/// Where workloads are made from now on, and how large.
void set_workload_size(const std::filesystem::path& folder, std::size_t tokens);

/// Room for each token of the million.
inline constexpr std::size_t validity_cache_for_all_bytes = 256U << 20U;

/// The workload of this name; made by the first call, kept until drop_workloads().
[[nodiscard]] Workload& workload(std::string_view name,
                                 std::size_t validity_cache_bytes = validity_cache_for_all_bytes);
void drop_workloads();

/// Ends the program with the error: a benchmark never measures a call that failed.
[[noreturn]] void fail(const Error& error);

template <class T>
T take(Result<T> result) {
    if (!result) fail(result.error());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace tokenstore::bench
