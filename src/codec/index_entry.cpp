#include "codec/index_entry.hpp"

#include "base/bytes.hpp"

namespace tokenstore::codec {

namespace {

constexpr std::uint8_t revoked_flag = 1;

/// What both kinds begin with.
template <class Entry>
std::string begin_entry(const Entry& entry, std::string_view other_id) {
    std::string record;
    record.reserve(96);
    base::append_u8(record, record_version);
    base::append_i64(record, entry.expires_at_us);
    base::append_u8(record, entry.revoked ? revoked_flag : std::uint8_t{0});
    base::append_i64(record, entry.issue_stamp_us);
    record += other_id;
    return record;
}

/// Reads that, and then `read_rest(reader)`.
template <class Entry, class OtherId, class ReadRest>
DecodeStatus decode_entry(std::string_view key, std::string_view stored, Entry& entry, OtherId& other_id,
                          ReadRest read_rest) noexcept {
    std::string_view record;
    if (const auto status = unseal(stored, key, record); status != DecodeStatus::ok) return status;
    base::ByteReader reader(record.substr(expiry_offset));
    std::uint8_t flags = 0;
    if (!reader.read_i64(entry.expires_at_us)) return DecodeStatus::truncated;  // GCOVR_EXCL_BR_LINE: unseal() saw it
    if (!reader.read_u8(flags) || !reader.read_i64(entry.issue_stamp_us) || !reader.read_bytes(other_id.bytes) ||
        !read_rest(reader)) {
        return DecodeStatus::truncated;
    }
    if (!reader.done() || flags > revoked_flag) return DecodeStatus::malformed;
    entry.revoked = flags == revoked_flag;
    return DecodeStatus::ok;
}

}  // namespace

std::string encode_index_entry(std::string_view key, const FamilyIndexEntry& entry) {
    auto record = begin_entry(entry, id_view(entry.user_id));
    seal(record, key);
    return record;
}

std::string encode_index_entry(std::string_view key, const UserIndexEntry& entry) {
    auto record = begin_entry(entry, id_view(entry.family_id));
    record += token_key(entry.tip);
    seal(record, key);
    return record;
}

DecodeStatus decode_index_entry(std::string_view key, std::string_view stored, FamilyIndexEntry& entry) noexcept {
    return decode_entry(key, stored, entry, entry.user_id, [](base::ByteReader&) noexcept { return true; });
}

DecodeStatus decode_index_entry(std::string_view key, std::string_view stored, UserIndexEntry& entry) noexcept {
    return decode_entry(key, stored, entry, entry.family_id,
                        [&](base::ByteReader& reader) noexcept { return reader.read_bytes(entry.tip.bytes); });
}

}  // namespace tokenstore::codec
