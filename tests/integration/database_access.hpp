// The engine under a database, for tests that steer it themselves.
#pragma once

#include "storage/engine.hpp"

namespace tokenstore::storage {

struct DatabaseAccess {
    static rocksdb::DB& engine(Database& database) { return *database.engine_->db; }
    static bool knows_ends_from_memory(const Database& database) { return database.engine_->possible_ends.has_value(); }
};

}  // namespace tokenstore::storage
