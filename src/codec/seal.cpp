#include "codec/seal.hpp"

#include "base/bytes.hpp"
#include "base/xxh3.hpp"

namespace tokenstore::codec {

namespace {

std::uint64_t checksum(std::string_view record, std::string_view key) noexcept {
    return base::xxh3_64(record, base::xxh3_64(key));
}

}  // namespace

void seal(std::string& record, std::string_view key) { base::append_u64(record, checksum(record, key)); }

DecodeStatus unseal(std::string_view stored, std::string_view key, std::string_view& record) noexcept {
    if (stored.size() < smallest_record_bytes) return DecodeStatus::truncated;
    if (static_cast<std::uint8_t>(stored.front()) != record_version) return DecodeStatus::unknown_version;
    record = stored.substr(0, stored.size() - checksum_bytes);
    base::ByteReader tail(stored.substr(record.size()));
    std::uint64_t expected = 0;
    if (!tail.read_u64(expected)) return DecodeStatus::truncated;  // GCOVR_EXCL_BR_LINE: the size was checked
    if (expected != checksum(record, key)) return DecodeStatus::bad_checksum;
    return DecodeStatus::ok;
}

std::optional<std::int64_t> peek_expires_at_us(std::string_view stored) noexcept {
    if (stored.size() < smallest_record_bytes) return std::nullopt;
    if (static_cast<std::uint8_t>(stored.front()) != record_version) return std::nullopt;
    base::ByteReader reader(stored.substr(expiry_offset));
    std::int64_t expires_at_us = 0;
    if (!reader.read_i64(expires_at_us)) return std::nullopt;  // GCOVR_EXCL_BR_LINE: the size was checked
    return expires_at_us;
}

}  // namespace tokenstore::codec
