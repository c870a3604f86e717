// What one mutation writes: all of it or none. The one place that keeps a token's record and both index entries in
// step.
//
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <tokenstore/token.hpp>

#include "model/ends.hpp"
#include "storage/column_families.hpp"
#include "storage/touched.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class WriteBatch;
}  // namespace rocksdb

namespace tokenstore::storage {

class Database;

class Batch {
public:
    explicit Batch(const Database& database);
    Batch(Batch&&) noexcept;
    Batch& operator=(Batch&&) noexcept;
    ~Batch();

    /// The record of a token alone: for one that is no longer the tip of its chain.
    void put_record(const Token& token);

    /// The record of a token that is the tip of its chain, and the chain's entry in both indexes.
    void put_tip(const Token& token);

    void delete_record(const TokenHash& hash);

    /// One entry of an index, that of this key.
    void delete_entry(Family index, std::string_view key);

    /// The end of a family. With the user known, also where the listing of the user's sessions looks for it.
    void put_family_end(const FamilyId& family, const UserId* user, const model::FamilyEnd& end);
    void put_user_end(const UserId& user, const model::UserEnd& end);

    /// A record of the store's own (codec/meta_record.hpp).
    void put_number(std::string_view key, std::int64_t number);
    void delete_number(std::string_view key);

    [[nodiscard]] bool empty() const;

    [[nodiscard]] const Touched& touched() const noexcept { return touched_; }

private:
    friend class Database;

    const Database* database_;
    std::unique_ptr<rocksdb::WriteBatch> writes_;
    Touched touched_;
};

}  // namespace tokenstore::storage
