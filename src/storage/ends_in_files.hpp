// The ends that the table files of a database hold, for a filter that verdicts hang on.
//
// An iterator over the database would not do: over a damaged file it can come back short and say OK (RocksDB before
// 8.7, facebook/rocksdb#11782). So each file is read by itself, and has to show as many records as it says that it
// holds.
#pragma once

#include <optional>

#include "storage/possible_ends.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
}  // namespace rocksdb

namespace tokenstore::storage {

/// All ends of a database that was just opened; nothing where they cannot be proved to be all, or are so many that
/// nothing would be gained. What is written from then on is for the caller to add. `env` reads the files.
[[nodiscard]] std::optional<PossibleEnds> ends_in_files(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* revocations,
                                                        rocksdb::Env& env);

}  // namespace tokenstore::storage
