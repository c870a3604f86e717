// Which build of RocksDB stands below tokenstore and the bare database. It decides figures, so every report names it.
#pragma once

#include <string>

#include <tokenstore/version.hpp>

namespace tokenstore::bench {

[[nodiscard]] inline std::string rocksdb_and_its_build() {
    return std::string(engine_version()) + " (" TOKENSTORE_ENGINE_BUILD ")";
}

}  // namespace tokenstore::bench
