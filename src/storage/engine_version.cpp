#include <string>

#include <rocksdb/version.h>

#include <tokenstore/version.hpp>

namespace tokenstore {

std::string_view engine_version() noexcept {
    static const auto* const text = new std::string("RocksDB " + rocksdb::GetRocksVersionAsString());
    return *text;
}

}  // namespace tokenstore
