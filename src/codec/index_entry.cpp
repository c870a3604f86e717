#include "codec/index_entry.hpp"

#include "base/bytes.hpp"

namespace tokenstore::codec {

namespace {

constexpr std::uint8_t revoked_flag = 1;

}  // namespace

template <class OtherId>
std::string encode_index_entry(std::string_view key, const IndexEntry<OtherId>& entry) {
    std::string record;
    record.reserve(96);
    base::append_u8(record, record_version);
    base::append_i64(record, entry.expires_at_us);
    base::append_u8(record, entry.revoked ? revoked_flag : std::uint8_t{0});
    record += token_key(entry.tip);
    base::append_i64(record, entry.issue_stamp_us);
    record += id_view(entry.other_id);
    seal(record, key);
    return record;
}

template <class OtherId>
DecodeStatus decode_index_entry(std::string_view key, std::string_view stored, IndexEntry<OtherId>& entry) noexcept {
    std::string_view record;
    if (const auto status = unseal(stored, key, record); status != DecodeStatus::ok) return status;
    base::ByteReader reader(record.substr(expiry_offset));
    std::uint8_t flags = 0;
    if (!reader.read_i64(entry.expires_at_us)) return DecodeStatus::truncated;  // GCOVR_EXCL_BR_LINE: unseal() saw it
    if (!reader.read_u8(flags) || !reader.read_bytes(entry.tip.bytes) || !reader.read_i64(entry.issue_stamp_us) ||
        !reader.read_bytes(entry.other_id.bytes)) {
        return DecodeStatus::truncated;
    }
    if (!reader.done() || flags > revoked_flag) return DecodeStatus::malformed;
    entry.revoked = flags == revoked_flag;
    return DecodeStatus::ok;
}

template std::string encode_index_entry(std::string_view, const FamilyIndexEntry&);
template std::string encode_index_entry(std::string_view, const UserIndexEntry&);
template DecodeStatus decode_index_entry(std::string_view, std::string_view, FamilyIndexEntry&) noexcept;
template DecodeStatus decode_index_entry(std::string_view, std::string_view, UserIndexEntry&) noexcept;

}  // namespace tokenstore::codec
