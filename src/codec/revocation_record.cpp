#include "codec/revocation_record.hpp"

#include <cstdint>

#include "base/bytes.hpp"

namespace tokenstore::codec {

namespace {

struct RevocationFields {
    std::int64_t keep_until_us = 0;
    std::int64_t ended_at_us = 0;
    std::int64_t stamp_us = 0;
    std::uint8_t reason = 0;
};

std::string encode(std::string_view key, const RevocationFields& fields) {
    std::string record;
    record.reserve(48);
    base::append_u8(record, record_version);
    base::append_i64(record, fields.keep_until_us);
    base::append_i64(record, fields.ended_at_us);
    base::append_i64(record, fields.stamp_us);
    base::append_u8(record, fields.reason);
    seal(record, key);
    return record;
}

DecodeStatus decode(std::string_view key, std::string_view stored, RevocationFields& fields) noexcept {
    std::string_view record;
    if (const auto status = unseal(stored, key, record); status != DecodeStatus::ok) return status;
    base::ByteReader reader(record.substr(expiry_offset));
    if (!reader.read_i64(fields.keep_until_us)) return DecodeStatus::truncated;  // GCOVR_EXCL_BR_LINE: unseal() saw it
    if (!reader.read_i64(fields.ended_at_us) || !reader.read_i64(fields.stamp_us) || !reader.read_u8(fields.reason)) {
        return DecodeStatus::truncated;
    }
    return reader.done() ? DecodeStatus::ok : DecodeStatus::malformed;
}

bool is_family_reason(std::uint8_t reason) noexcept {
    switch (static_cast<RevocationReason>(reason)) {
        case RevocationReason::family_revoked:
        case RevocationReason::reuse_detected:
        case RevocationReason::revoked_presented:
            return true;
        case RevocationReason::token_revoked:
        case RevocationReason::user_revoked:
            return false;
    }
    return false;
}

}  // namespace

std::string encode_family_end(std::string_view key, const model::FamilyEnd& end) {
    return encode(key, {end.keep_until_us, end.ended_at_us, 0, static_cast<std::uint8_t>(end.reason)});
}

DecodeStatus decode_family_end(std::string_view key, std::string_view stored, model::FamilyEnd& end) noexcept {
    RevocationFields fields;
    if (const auto status = decode(key, stored, fields); status != DecodeStatus::ok) return status;
    if (fields.stamp_us != 0 || !is_family_reason(fields.reason)) return DecodeStatus::malformed;
    end = {fields.ended_at_us, fields.keep_until_us, static_cast<RevocationReason>(fields.reason)};
    return DecodeStatus::ok;
}

std::string encode_user_end(std::string_view key, const model::UserEnd& end) {
    return encode(key, {end.keep_until_us, end.ended_at_us, end.stamp_us,
                        static_cast<std::uint8_t>(RevocationReason::user_revoked)});
}

DecodeStatus decode_user_end(std::string_view key, std::string_view stored, model::UserEnd& end) noexcept {
    RevocationFields fields;
    if (const auto status = decode(key, stored, fields); status != DecodeStatus::ok) return status;
    if (fields.reason != static_cast<std::uint8_t>(RevocationReason::user_revoked)) return DecodeStatus::malformed;
    end = {fields.ended_at_us, fields.keep_until_us, fields.stamp_us};
    return DecodeStatus::ok;
}

}  // namespace tokenstore::codec
