// Notes in each table file when the first of its records expires, so that maintenance can tell which files hold expired
// records without reading them. A file without the property (all its records undecodable, or none) has nothing to
// offer.
//
// Threads: the engine uses one collector on one thread; earliest_expiry() is pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <rocksdb/table_properties.h>

namespace tokenstore::expiry {

class ExpiryPropertiesFactory final : public rocksdb::TablePropertiesCollectorFactory {
public:
    rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(
        rocksdb::TablePropertiesCollectorFactory::Context context) override;
    [[nodiscard]] const char* Name() const override;
};

/// The earliest expiry among the records of a table file, in microseconds.
[[nodiscard]] std::optional<std::int64_t> earliest_expiry(const rocksdb::TableProperties& properties);

}  // namespace tokenstore::expiry
