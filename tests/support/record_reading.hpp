// A stored value of any kind read and written again: what every decoder and its encoder owe each other.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "codec/index_entry.hpp"
#include "codec/keys.hpp"
#include "codec/meta_record.hpp"
#include "codec/revocation_record.hpp"
#include "codec/token_record.hpp"

namespace tokenstore::codec::test {

struct Reading {
    DecodeStatus status;
    std::string written_again;  ///< what was read, encoded: the bytes that it should have been read from
};

using Read = Reading (*)(std::string_view key, std::string_view stored);

inline Reading read_token(std::string_view key, std::string_view stored) {
    Token token;
    const auto hash = parse_token_key(key).value();
    const auto status = decode_token(hash, stored, token);
    model::TokenHead head;
    const bool has_head = decode_token_head(hash, stored, head) == DecodeStatus::ok;
    if (status == DecodeStatus::ok && !(has_head && head == model::head_of(token))) {
        throw std::runtime_error("the head of a record differs from the record");
    }
    return {status, status == DecodeStatus::ok ? encode_token(token) : std::string()};
}

template <class Entry>
Reading read_index_entry(std::string_view key, std::string_view stored) {
    Entry entry;
    const auto status = decode_index_entry(key, stored, entry);
    return {status, status == DecodeStatus::ok ? encode_index_entry(key, entry) : std::string()};
}

inline Reading read_family_end(std::string_view key, std::string_view stored) {
    model::FamilyEnd end;
    const auto status = decode_family_end(key, stored, end);
    return {status, status == DecodeStatus::ok ? encode_family_end(key, end) : std::string()};
}

inline Reading read_user_end(std::string_view key, std::string_view stored) {
    model::UserEnd end;
    const auto status = decode_user_end(key, stored, end);
    return {status, status == DecodeStatus::ok ? encode_user_end(key, end) : std::string()};
}

inline Reading read_number(std::string_view key, std::string_view stored) {
    std::int64_t number = 0;
    const auto status = decode_number(key, stored, number);
    return {status, status == DecodeStatus::ok ? encode_number(key, number) : std::string()};
}

}  // namespace tokenstore::codec::test
