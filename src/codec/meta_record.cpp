#include "codec/meta_record.hpp"

#include "base/bytes.hpp"
#include "codec/keys.hpp"

namespace tokenstore::codec {

std::string in_doubt_key(const TokenHash& presented) {
    std::string key(in_doubt_prefix);
    key += token_key(presented);
    return key;
}

std::string encode_number(std::string_view key, std::int64_t number) {
    std::string record;
    base::append_u8(record, record_version);
    base::append_i64(record, number);
    seal(record, key);
    return record;
}

DecodeStatus decode_number(std::string_view key, std::string_view stored, std::int64_t& number) noexcept {
    std::string_view record;
    if (const auto status = unseal(stored, key, record); status != DecodeStatus::ok) return status;
    base::ByteReader reader(record.substr(1));
    if (!reader.read_i64(number)) return DecodeStatus::truncated;  // GCOVR_EXCL_BR_LINE: unseal() saw it
    return reader.done() ? DecodeStatus::ok : DecodeStatus::malformed;
}

}  // namespace tokenstore::codec
