#include "expiry/expiry_properties.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "base/bytes.hpp"
#include "codec/meta_record.hpp"

namespace tokenstore::expiry {
namespace {

constexpr const char* property = "tokenstore.earliest_expires_at_us";

// A number's record has its number where others have their expiry.
std::string record_expiring_at(std::int64_t expires_at_us) { return codec::encode_number("key", expires_at_us); }

class TableFile {
public:
    TableFile() : collector_(ExpiryPropertiesFactory().CreateTablePropertiesCollector({})) {}

    void add(std::string_view value, rocksdb::EntryType type = rocksdb::kEntryPut) {
        BOOST_TEST(collector_->AddUserKey("key", rocksdb::Slice(value.data(), value.size()), type, 0, 0).ok());
    }

    [[nodiscard]] rocksdb::TableProperties finish() {
        rocksdb::TableProperties properties;
        BOOST_TEST(collector_->Finish(&properties.user_collected_properties).ok());
        return properties;
    }

    [[nodiscard]] const rocksdb::TablePropertiesCollector& collector() const { return *collector_; }

private:
    std::unique_ptr<rocksdb::TablePropertiesCollector> collector_;
};

BOOST_AUTO_TEST_SUITE(expiry_properties)

BOOST_AUTO_TEST_CASE(a_file_notes_the_earliest_expiry_of_its_records) {
    TableFile file;
    for (const std::int64_t expires_at_us : {300, 100, 200}) file.add(record_expiring_at(expires_at_us));
    BOOST_TEST(earliest_expiry(file.finish()).value() == 100);
}

BOOST_AUTO_TEST_CASE(an_expiry_at_the_ends_of_its_type_is_noted) {
    for (const std::int64_t extreme : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                       std::numeric_limits<std::int64_t>::max()}) {
        TableFile file;
        file.add(record_expiring_at(extreme));
        BOOST_TEST(earliest_expiry(file.finish()).value() == extreme);
    }
}

BOOST_AUTO_TEST_CASE(a_file_without_records_has_no_earliest_expiry) {
    TableFile file;
    const auto properties = file.finish();
    BOOST_TEST(!earliest_expiry(properties).has_value());
    BOOST_TEST(properties.user_collected_properties.empty());
    BOOST_TEST(file.collector().GetReadableProperties().empty());
}

BOOST_AUTO_TEST_CASE(records_that_cannot_be_parsed_are_passed_over) {
    std::string of_newer_version = record_expiring_at(1);
    of_newer_version.front() = static_cast<char>(codec::record_version + 1);
    TableFile file;
    file.add("");
    file.add("undecodable");
    file.add(of_newer_version);
    BOOST_TEST(!earliest_expiry(file.finish()).has_value());
    file.add(record_expiring_at(100));
    BOOST_TEST(earliest_expiry(file.finish()).value() == 100);
}

// The filter can drop plain values alone; a file of anything else has nothing to offer.
BOOST_AUTO_TEST_CASE(entries_that_are_no_plain_values_are_passed_over) {
    TableFile file;
    for (const auto type : {rocksdb::kEntryDelete, rocksdb::kEntrySingleDelete, rocksdb::kEntryMerge,
                            rocksdb::kEntryRangeDeletion, rocksdb::kEntryBlobIndex, rocksdb::kEntryOther}) {
        file.add(record_expiring_at(1), type);
    }
    BOOST_TEST(!earliest_expiry(file.finish()).has_value());
}

// Files keep what they were written with: name and bytes are part of the format.
BOOST_AUTO_TEST_CASE(the_property_is_the_same_bytes_for_ever) {
    TableFile file;
    file.add(record_expiring_at(0x0011223344556677));
    const auto collected = file.finish().user_collected_properties;
    BOOST_TEST_REQUIRE(collected.size() == 1U);
    BOOST_TEST(collected.begin()->first == property);
    BOOST_TEST(collected.begin()->second == std::string("\x77\x66\x55\x44\x33\x22\x11\x00", 8));
    const auto readable = file.collector().GetReadableProperties();
    BOOST_TEST(readable.at(property) == "4822678189205111");
}

BOOST_AUTO_TEST_CASE(a_property_that_is_no_number_is_no_expiry) {
    for (const std::string_view value : {"", "1234567"}) {
        rocksdb::TableProperties properties;
        properties.user_collected_properties[property] = value;
        BOOST_TEST(!earliest_expiry(properties).has_value());
    }
}

BOOST_AUTO_TEST_CASE(the_property_is_found_among_others) {
    rocksdb::TableProperties properties;
    properties.user_collected_properties["a"] = "other";
    std::string value;
    base::append_i64(value, 7);
    properties.user_collected_properties[property] = value;
    properties.user_collected_properties["z"] = "other";
    BOOST_TEST(earliest_expiry(properties).value() == 7);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::expiry
