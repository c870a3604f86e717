#include "expiry/expiry_properties.hpp"

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"
#include "codec/seal.hpp"

namespace tokenstore::expiry {

namespace {

// Part of the store's format: files keep the name and the encoding (i64, little-endian) they were written with.
constexpr const char* property_name = "tokenstore.earliest_expires_at_us";

class ExpiryProperties final : public rocksdb::TablePropertiesCollector {
public:
    rocksdb::Status AddUserKey(const rocksdb::Slice& /*key*/, const rocksdb::Slice& value, rocksdb::EntryType type,
                               rocksdb::SequenceNumber /*sequence*/, std::uint64_t /*file_size*/) override {
        if (type != rocksdb::kEntryPut) return rocksdb::Status::OK();
        if (const auto expires_at_us = codec::peek_expires_at_us({value.data(), value.size()})) {
            earliest_us_ = std::min(earliest_us_, *expires_at_us);
            any_ = true;
        }
        return rocksdb::Status::OK();
    }

    rocksdb::Status Finish(rocksdb::UserCollectedProperties* properties) override {
        if (any_) {
            std::string value;
            base::append_i64(value, earliest_us_);
            properties->emplace(property_name, std::move(value));
        }
        return rocksdb::Status::OK();
    }

    [[nodiscard]] rocksdb::UserCollectedProperties GetReadableProperties() const override {
        if (!any_) return {};
        return {{property_name, std::to_string(earliest_us_)}};
    }

    [[nodiscard]] const char* Name() const override { return "tokenstore.expiry_properties"; }

private:
    std::int64_t earliest_us_ = std::numeric_limits<std::int64_t>::max();
    bool any_ = false;
};

}  // namespace

rocksdb::TablePropertiesCollector* ExpiryPropertiesFactory::CreateTablePropertiesCollector(
    rocksdb::TablePropertiesCollectorFactory::Context /*context*/) {
    return new ExpiryProperties;  // the engine takes ownership
}

const char* ExpiryPropertiesFactory::Name() const { return "tokenstore.expiry_properties_factory"; }

std::optional<std::int64_t> earliest_expiry(const rocksdb::TableProperties& properties) {
    const auto found = properties.user_collected_properties.find(property_name);
    if (found == properties.user_collected_properties.end()) return std::nullopt;
    base::ByteReader reader(found->second);
    std::int64_t expires_at_us = 0;
    if (!reader.read_i64(expires_at_us)) return std::nullopt;
    return expires_at_us;
}

}  // namespace tokenstore::expiry
