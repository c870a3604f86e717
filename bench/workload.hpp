// What all benchmarks work on: one million tokens in a store, and a copy of the same directory opened as a bare RocksDB
// with the same options, so that a ratio compares the layer and nothing else.
//
// Threads: made once before the benchmarks run; then as the members' own promises say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
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

    Workload(std::filesystem::path folder, std::size_t tokens);
    Workload(const Workload&) = delete;
    Workload& operator=(const Workload&) = delete;
    ~Workload();
};

/// The first half of the loaded tokens is looked up, the second half is rotated.
[[nodiscard]] std::size_t tokens_to_look_up();

/// The one workload of this run; made by main().
[[nodiscard]] Workload& workload();
void make_workload(const std::filesystem::path& folder, std::size_t tokens);
void drop_workload();

/// Ends the program with the error: a benchmark never measures a call that failed.
[[noreturn]] void fail(const Error& error);

template <class T>
T take(Result<T> result) {
    if (!result) fail(result.error());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace tokenstore::bench
