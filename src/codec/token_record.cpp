#include "codec/token_record.hpp"

#include <cassert>
#include <limits>
#include <optional>

#include "base/bytes.hpp"
#include "codec/keys.hpp"

namespace tokenstore::codec {

namespace {

constexpr std::uint16_t bit(TokenFlag flag) noexcept { return static_cast<std::uint16_t>(flag); }

constexpr std::uint16_t known_flags = (1U << 10U) - 1U;

std::uint16_t flags_of(const Token& token) noexcept {
    std::uint16_t flags = 0;
    const auto set_if = [&flags](bool present, TokenFlag flag) {
        if (present) flags = static_cast<std::uint16_t>(flags | bit(flag));
    };
    set_if(token.revoked, TokenFlag::revoked);
    set_if(token.chain_id != token.id, TokenFlag::chain_id);
    set_if(token.updated_at_us.has_value(), TokenFlag::updated_at);
    set_if(token.revoked_at_us.has_value(), TokenFlag::revoked_at);
    set_if(token.consumed_at_us.has_value(), TokenFlag::consumed_at);
    set_if(token.predecessor.has_value(), TokenFlag::predecessor);
    set_if(token.successor.has_value(), TokenFlag::successor);
    set_if(token.device_id.has_value(), TokenFlag::device_id);
    set_if(token.device_name.has_value(), TokenFlag::device_name);
    set_if(token.ip_address.has_value(), TokenFlag::ip_address);
    return flags;
}

void append_time_if(std::string& record, const std::optional<std::int64_t>& time_us) {
    if (time_us) base::append_i64(record, *time_us);
}

void append_hash_if(std::string& record, const std::optional<TokenHash>& hash) {
    if (hash) record += token_key(*hash);
}

/// Reads the optional fields of one record, each guarded by its flag; the first failure sticks.
class OptionalFields {
public:
    OptionalFields(base::ByteReader& reader, std::uint16_t flags) noexcept : reader_(reader), flags_(flags) {}

    void read(TokenFlag flag, TokenId& id) {
        if (!ok_) return;  // GCOVR_EXCL_BR_LINE: the one id is the first field
        if (has(flag)) ok_ = reader_.read_bytes(id.bytes);
    }

    void read(TokenFlag flag, std::optional<std::int64_t>& time_us) {
        time_us.reset();
        if (!ok_ || !has(flag)) return;
        ok_ = reader_.read_i64(time_us.emplace());
    }

    void read(TokenFlag flag, std::optional<TokenHash>& hash) {
        hash.reset();
        if (!ok_ || !has(flag)) return;
        ok_ = reader_.read_bytes(hash.emplace().bytes);
    }

    template <class Length>
    void read(TokenFlag flag, std::optional<std::string>& text) {
        if (!ok_ || !has(flag)) {
            text.reset();
            return;
        }
        Length length = 0;
        std::string_view bytes;
        ok_ = read_length(length) && reader_.read_view(length, bytes);
        if (ok_) text.emplace(bytes);
    }

    [[nodiscard]] bool ok() const noexcept { return ok_; }

private:
    [[nodiscard]] bool has(TokenFlag flag) const noexcept { return (flags_ & bit(flag)) != 0; }
    [[nodiscard]] bool read_length(std::uint8_t& length) noexcept { return reader_.read_u8(length); }
    [[nodiscard]] bool read_length(std::uint16_t& length) noexcept { return reader_.read_u16(length); }

    base::ByteReader& reader_;
    std::uint16_t flags_;
    bool ok_ = true;
};

}  // namespace

std::string encode_token(const Token& token) {
    std::string record;
    record.reserve(320);
    base::append_u8(record, record_version);
    base::append_i64(record, token.expires_at_us);
    base::append_u16(record, flags_of(token));
    record += id_view(token.id);
    record += id_view(token.user_id);
    record += id_view(token.family_id);
    base::append_i64(record, token.created_at_us);
    base::append_i64(record, token.issue_stamp_us);
    if (token.chain_id != token.id) record += id_view(token.chain_id);
    append_time_if(record, token.updated_at_us);
    append_time_if(record, token.revoked_at_us);
    append_time_if(record, token.consumed_at_us);
    append_hash_if(record, token.predecessor);
    append_hash_if(record, token.successor);
    if (token.device_id) {
        assert(token.device_id->size() <= std::numeric_limits<std::uint8_t>::max());
        base::append_u8(record, static_cast<std::uint8_t>(token.device_id->size()));
        record += *token.device_id;
    }
    if (token.device_name) {
        assert(token.device_name->size() <= std::numeric_limits<std::uint16_t>::max());
        base::append_u16(record, static_cast<std::uint16_t>(token.device_name->size()));
        record += *token.device_name;
    }
    if (token.ip_address) {
        assert(token.ip_address->size() <= std::numeric_limits<std::uint8_t>::max());
        base::append_u8(record, static_cast<std::uint8_t>(token.ip_address->size()));
        record += *token.ip_address;
    }
    seal(record, token_key(token.hash));
    return record;
}

DecodeStatus decode_token(const TokenHash& hash, std::string_view stored, Token& token) {
    std::string_view record;
    if (const auto status = unseal(stored, token_key(hash), record); status != DecodeStatus::ok) return status;
    base::ByteReader reader(record.substr(expiry_offset));
    std::uint16_t flags = 0;
    if (!reader.read_i64(token.expires_at_us)) return DecodeStatus::truncated;  // GCOVR_EXCL_BR_LINE: unseal() saw it
    if (!reader.read_u16(flags) || !reader.read_bytes(token.id.bytes) || !reader.read_bytes(token.user_id.bytes) ||
        !reader.read_bytes(token.family_id.bytes) || !reader.read_i64(token.created_at_us) ||
        !reader.read_i64(token.issue_stamp_us)) {
        return DecodeStatus::truncated;
    }
    if ((flags & ~known_flags) != 0) return DecodeStatus::malformed;
    token.hash = hash;
    token.revoked = (flags & bit(TokenFlag::revoked)) != 0;
    token.chain_id = token.id;

    OptionalFields fields(reader, flags);
    fields.read(TokenFlag::chain_id, token.chain_id);
    fields.read(TokenFlag::updated_at, token.updated_at_us);
    fields.read(TokenFlag::revoked_at, token.revoked_at_us);
    fields.read(TokenFlag::consumed_at, token.consumed_at_us);
    fields.read(TokenFlag::predecessor, token.predecessor);
    fields.read(TokenFlag::successor, token.successor);
    fields.read<std::uint8_t>(TokenFlag::device_id, token.device_id);
    fields.read<std::uint16_t>(TokenFlag::device_name, token.device_name);
    fields.read<std::uint8_t>(TokenFlag::ip_address, token.ip_address);
    if (!fields.ok()) return DecodeStatus::truncated;
    const bool stores_own_id_as_chain = (flags & bit(TokenFlag::chain_id)) != 0 && token.chain_id == token.id;
    if (!reader.done() || stores_own_id_as_chain) return DecodeStatus::malformed;
    return DecodeStatus::ok;
}

}  // namespace tokenstore::codec
