#include "model/limits.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <utf8.h>

#include <array>
#include <string_view>

namespace tokenstore::model {

namespace {

Error bad(ErrorCode code, std::string message) { return {code, WriteState::nothing_written, std::move(message)}; }

bool is_utf8(std::string_view text) { return utf8::is_valid(text.begin(), text.end()); }

bool is_ip_address(const std::string& text) {
    if (text.size() > max_ip_address_bytes || text.find('\0') != std::string::npos) return false;
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
           inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

bool in_text_range(std::int64_t time_us) { return time_us >= earliest_time_us && time_us <= latest_time_us; }

bool in_text_range(const std::optional<std::int64_t>& time_us) { return !time_us || in_text_range(*time_us); }

}  // namespace

std::optional<Error> check_device(const std::optional<std::string>& device_id,
                                  const std::optional<std::string>& device_name,
                                  const std::optional<std::string>& ip_address) {
    if (device_id && device_id->size() > max_device_id_bytes) {
        return bad(ErrorCode::device_id_too_long, "the device id is longer than 255 bytes");
    }
    if (device_id && !is_utf8(*device_id)) {
        return bad(ErrorCode::device_id_not_utf8, "the device id is not valid UTF-8");
    }
    if (device_name && !is_utf8(*device_name)) {
        return bad(ErrorCode::device_name_not_utf8, "the device name is not valid UTF-8");
    }
    if (device_name && static_cast<std::size_t>(utf8::unchecked::distance(device_name->begin(), device_name->end())) >
                           max_device_name_characters) {
        return bad(ErrorCode::device_name_too_long, "the device name is longer than 100 characters");
    }
    if (ip_address && !is_ip_address(*ip_address)) {
        return bad(ErrorCode::ip_address_malformed, "the IP address is neither IPv4 nor IPv6 text of at most 45 bytes");
    }
    return std::nullopt;
}

std::optional<Error> check_expiry(std::int64_t expires_at_us, std::int64_t now_us, std::int64_t longest_lifetime_us) {
    // In this order no sum or difference can overflow, whatever the clock says.
    if (expires_at_us < 0 || expires_at_us > latest_time_us || expires_at_us - longest_lifetime_us > now_us) {
        return bad(ErrorCode::expiry_out_of_range,
                   "the expiry is before 1970 or further ahead than the longest token lifetime");
    }
    return std::nullopt;
}

std::optional<Error> check_import(const Token& token, std::int64_t now_us, std::int64_t longest_lifetime_us) {
    if (auto error = check_device(token.device_id, token.device_name, token.ip_address)) return error;
    if (auto error = check_expiry(token.expires_at_us, now_us, longest_lifetime_us)) return error;
    if (!in_text_range(token.created_at_us) || !in_text_range(token.updated_at_us) ||
        !in_text_range(token.revoked_at_us)) {
        return bad(ErrorCode::time_out_of_range, "a time of the row is outside the years 1 to 9999");
    }
    return std::nullopt;
}

std::optional<Error> check_page(const SessionPageRequest& page) {
    if (page.limit == 0 || page.limit > max_page_limit) {
        return bad(ErrorCode::invalid_page, "the page limit must be between 1 and 1000");
    }
    return std::nullopt;
}

std::optional<Error> check_options(const Options& options) {
    constexpr std::int64_t second_us = 1'000'000;
    constexpr std::int64_t century_us = 100LL * 366 * 24 * 3600 * second_us;
    const auto within = [](std::int64_t value, std::int64_t low, std::int64_t high) {
        return value >= low && value <= high;
    };
    const auto invalid = [](std::string message) { return bad(ErrorCode::invalid_options, std::move(message)); };
    if (!within(options.longest_token_lifetime_us, second_us, century_us)) {
        return invalid("longest_token_lifetime_us must be between one second and a hundred years");
    }
    if (!within(options.reclaim_grace_us, 0, century_us)) {
        return invalid("reclaim_grace_us must be between 0 and a hundred years");
    }
    if (!within(options.reclaim_interval_us, second_us, century_us)) {
        return invalid("reclaim_interval_us must be between one second and a hundred years");
    }
    if (!within(options.longest_downtime_us, 0, century_us)) {
        return invalid("longest_downtime_us must be between 0 and a hundred years");
    }
    if (options.validity_cache_bytes != 0 && options.validity_cache_bytes < (64U << 10U)) {
        return invalid("validity_cache_bytes must be 0 or at least 64 KiB");
    }
    if (options.write_buffer_bytes < (1U << 20U)) return invalid("write_buffer_bytes must be at least 1 MiB");
    if (options.background_jobs < 1 || options.background_jobs > 64) {
        return invalid("background_jobs must be between 1 and 64");
    }
    return std::nullopt;
}

}  // namespace tokenstore::model
