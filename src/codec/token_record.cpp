#include "codec/token_record.hpp"

#include <cassert>
#include <limits>
#include <optional>

#include "base/bytes.hpp"
#include "codec/keys.hpp"
#include "codec/packed_text.hpp"

namespace tokenstore::codec {

namespace {

constexpr std::uint16_t known_flags = (1U << 14U) - 1U;

constexpr std::uint16_t bit(TokenFlag flag) noexcept { return static_cast<std::uint16_t>(flag); }

constexpr bool has(std::uint16_t flags, TokenFlag flag) noexcept { return (flags & bit(flag)) != 0; }

/// Writes a record field by field and notes the flag of each that is there.
class RecordWriter {
public:
    explicit RecordWriter(const Token& token) {
        record_.reserve(320);
        base::append_u8(record_, record_version);
        base::append_i64(record_, token.expires_at_us);
        flags_offset_ = record_.size();
        base::append_u16(record_, 0);
        record_ += id_view(token.id);
        record_ += id_view(token.user_id);
        record_ += id_view(token.family_id);
        base::append_i64(record_, token.created_at_us);
    }

    void write_flag(TokenFlag flag, bool is_set) {
        if (is_set) set(flag);
    }

    void write(TokenFlag flag, const std::optional<std::int64_t>& time_us) {
        if (!time_us) return;
        set(flag);
        base::append_i64(record_, *time_us);
    }

    void write(TokenFlag flag, const std::optional<TokenId>& id) {
        if (!id) return;
        set(flag);
        record_ += id_view(*id);
    }

    void write(TokenFlag flag, const std::optional<TokenHash>& hash) {
        if (!hash) return;
        set(flag);
        record_ += token_key(*hash);
    }

    template <std::size_t Size>
    void write(TokenFlag flag, const std::array<std::uint8_t, Size>& packed) {
        set(flag);
        record_ += base::as_view(packed);
    }

    template <class Length>
    void write_text(TokenFlag flag, std::string_view text) {
        assert(text.size() <= std::numeric_limits<Length>::max());
        set(flag);
        base::append_number(record_, static_cast<Length>(text.size()));
        record_ += text;
    }

    [[nodiscard]] std::string finish(const TokenHash& hash) {
        base::store_u16(record_.data() + flags_offset_, flags_);
        seal(record_, token_key(hash));
        return std::move(record_);
    }

private:
    void set(TokenFlag flag) noexcept { flags_ = static_cast<std::uint16_t>(flags_ | bit(flag)); }

    std::string record_;
    std::size_t flags_offset_ = 0;
    std::uint16_t flags_ = 0;
};

template <class Value>
std::optional<Value> unless(bool is_implied, const Value& value) {
    return is_implied ? std::nullopt : std::optional(value);
}

void write_device_id(RecordWriter& writer, std::string_view text) {
    if (const auto uuid = pack_uuid(text)) {
        writer.write(TokenFlag::device_id_is_uuid, *uuid);
    } else {
        writer.write_text<std::uint8_t>(TokenFlag::device_id, text);
    }
}

void write_ip_address(RecordWriter& writer, std::string_view text) {
    if (const auto ipv4 = pack_ipv4(text)) {
        writer.write(TokenFlag::ip_address_is_ipv4, *ipv4);
    } else if (const auto ipv6 = pack_ipv6(text)) {
        writer.write(TokenFlag::ip_address_is_ipv6, *ipv6);
    } else {
        writer.write_text<std::uint8_t>(TokenFlag::ip_address, text);
    }
}

/// Reads the optional fields of one record, each guarded by its flag; the first failure sticks.
class OptionalFields {
public:
    OptionalFields(base::ByteReader& reader, std::uint16_t flags) noexcept : reader_(reader), flags_(flags) {}

    void read(TokenFlag flag, std::optional<std::int64_t>& time_us) noexcept {
        time_us.reset();
        if (!wants(flag)) return;
        fail_unless(reader_.read_i64(time_us.emplace()), DecodeStatus::truncated);
    }

    template <class Bytes>
    void read(TokenFlag flag, std::optional<Bytes>& value) noexcept {
        value.reset();
        if (!wants(flag)) return;
        fail_unless(reader_.read_bytes(value.emplace().bytes), DecodeStatus::truncated);
    }

    template <class Length>
    void read_text(TokenFlag flag, std::optional<std::string>& text) {
        text.reset();
        if (!wants(flag)) return;
        Length length = 0;
        std::string_view bytes;
        fail_unless(read_length(length) && reader_.read_view(length, bytes), DecodeStatus::truncated);
        if (ok()) text.emplace(bytes);
    }

    /// A text that stands packed: a second form of what another flag has in full.
    template <class Packed>
    void read_packed(TokenFlag flag, std::string (*unpack)(const Packed&), std::optional<std::string>& text) {
        if (!wants(flag)) return;
        Packed packed{};
        fail_unless(reader_.read_bytes(packed), DecodeStatus::truncated);
        fail_unless(!text, DecodeStatus::malformed);
        if (ok()) text = unpack(packed);
    }

    void fail_unless(bool condition, DecodeStatus failure) noexcept {
        if (ok() && !condition) status_ = failure;
    }

    [[nodiscard]] bool ok() const noexcept { return status_ == DecodeStatus::ok; }
    [[nodiscard]] DecodeStatus status() const noexcept { return status_; }

private:
    [[nodiscard]] bool wants(TokenFlag flag) const noexcept { return ok() && has(flags_, flag); }
    [[nodiscard]] bool read_length(std::uint8_t& length) noexcept { return reader_.read_u8(length); }
    [[nodiscard]] bool read_length(std::uint16_t& length) noexcept { return reader_.read_u16(length); }

    base::ByteReader& reader_;
    std::uint16_t flags_;
    DecodeStatus status_ = DecodeStatus::ok;
};

/// Reads up to the chain id.
DecodeStatus read_head(base::ByteReader& reader, std::uint16_t& flags, model::TokenHead& head) noexcept {
    auto& whose = head.whose;
    if (!reader.read_i64(whose.expires_at_us)) return DecodeStatus::truncated;  // GCOVR_EXCL_BR_LINE: unseal() saw it
    if (!reader.read_u16(flags) || !reader.read_bytes(whose.id.bytes) || !reader.read_bytes(whose.user_id.bytes) ||
        !reader.read_bytes(whose.family_id.bytes) || !reader.read_i64(whose.created_at_us)) {
        return DecodeStatus::truncated;
    }
    if ((flags & ~known_flags) != 0) return DecodeStatus::malformed;
    head.revoked = has(flags, TokenFlag::revoked);
    head.consumed = has(flags, TokenFlag::consumed_at);
    OptionalFields fields(reader, flags);
    std::optional<std::int64_t> issue_stamp_us;
    std::optional<TokenId> chain_id;
    fields.read(TokenFlag::issue_stamp, issue_stamp_us);
    fields.read(TokenFlag::chain_id, chain_id);
    // What is implied is not stored.
    fields.fail_unless(issue_stamp_us != whose.created_at_us && chain_id != whose.id, DecodeStatus::malformed);
    head.issue_stamp_us = issue_stamp_us.value_or(whose.created_at_us);
    whose.chain_id = chain_id.value_or(whose.id);
    return fields.status();
}

}  // namespace

std::string encode_token(const Token& token) {
    RecordWriter writer(token);
    writer.write_flag(TokenFlag::revoked, token.revoked);
    writer.write(TokenFlag::issue_stamp, unless(token.issue_stamp_us == token.created_at_us, token.issue_stamp_us));
    writer.write(TokenFlag::chain_id, unless(token.chain_id == token.id, token.chain_id));
    writer.write(TokenFlag::updated_at, token.updated_at_us);
    writer.write(TokenFlag::revoked_at, token.revoked_at_us);
    writer.write(TokenFlag::consumed_at, token.consumed_at_us);
    writer.write(TokenFlag::predecessor, token.predecessor);
    writer.write(TokenFlag::successor, token.successor);
    if (token.device_id) write_device_id(writer, *token.device_id);
    if (token.device_name) writer.write_text<std::uint16_t>(TokenFlag::device_name, *token.device_name);
    if (token.ip_address) write_ip_address(writer, *token.ip_address);
    return writer.finish(token.hash);
}

DecodeStatus decode_token(const TokenHash& hash, std::string_view stored, Token& token) {
    std::string_view record;
    if (const auto status = unseal(stored, token_key(hash), record); status != DecodeStatus::ok) return status;
    base::ByteReader reader(record.substr(expiry_offset));
    std::uint16_t flags = 0;
    model::TokenHead head;
    if (const auto status = read_head(reader, flags, head); status != DecodeStatus::ok) return status;
    token.hash = hash;
    token.id = head.whose.id;
    token.chain_id = head.whose.chain_id;
    token.user_id = head.whose.user_id;
    token.family_id = head.whose.family_id;
    token.created_at_us = head.whose.created_at_us;
    token.expires_at_us = head.whose.expires_at_us;
    token.issue_stamp_us = head.issue_stamp_us;
    token.revoked = head.revoked;

    OptionalFields fields(reader, flags);
    fields.read(TokenFlag::updated_at, token.updated_at_us);
    fields.read(TokenFlag::revoked_at, token.revoked_at_us);
    fields.read(TokenFlag::consumed_at, token.consumed_at_us);
    fields.read(TokenFlag::predecessor, token.predecessor);
    fields.read(TokenFlag::successor, token.successor);
    fields.read_text<std::uint8_t>(TokenFlag::device_id, token.device_id);
    // A text that could have been packed is not stored as one.
    fields.fail_unless(!token.device_id || !pack_uuid(*token.device_id), DecodeStatus::malformed);
    fields.read_packed(TokenFlag::device_id_is_uuid, unpack_uuid, token.device_id);
    fields.read_text<std::uint16_t>(TokenFlag::device_name, token.device_name);
    fields.read_text<std::uint8_t>(TokenFlag::ip_address, token.ip_address);
    fields.fail_unless(!token.ip_address || (!pack_ipv4(*token.ip_address) && !pack_ipv6(*token.ip_address)),
                       DecodeStatus::malformed);
    fields.read_packed(TokenFlag::ip_address_is_ipv4, unpack_ipv4, token.ip_address);
    fields.read_packed(TokenFlag::ip_address_is_ipv6, unpack_ipv6, token.ip_address);
    fields.fail_unless(reader.done(), DecodeStatus::malformed);
    return fields.status();
}

DecodeStatus decode_token_head(const TokenHash& hash, std::string_view stored, model::TokenHead& head) noexcept {
    std::string_view record;
    if (const auto status = unseal(stored, token_key(hash), record); status != DecodeStatus::ok) return status;
    base::ByteReader reader(record.substr(expiry_offset));
    std::uint16_t flags = 0;
    return read_head(reader, flags, head);
}

}  // namespace tokenstore::codec
