// Which build of RocksDB stands below tokenstore and the bare database. It decides figures, so every report names it.
#pragma once

#include <string>

#include <tokenstore/version.hpp>

namespace tokenstore::bench {

/// Debian builds its package without NDEBUG: the engine's assertions are checked at run time.
[[nodiscard]] inline std::string rocksdb_and_its_build() {
    return std::string(engine_version()) + " (system: Debian's package, built with assertions)";
}

}  // namespace tokenstore::bench
