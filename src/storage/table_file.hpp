// A table file of the engine, as far as figures and checks need to know it. Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "storage/column_families.hpp"

namespace tokenstore::storage {

struct TableFile {
    std::string name;  ///< in the store's directory
    Family family = Family::meta;
    int level = 0;
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;    ///< with those that were overwritten or deleted since
    std::uint64_t deletions = 0;  ///< of them
};

}  // namespace tokenstore::storage
