// The limits checked at the door: pure functions from a request to the first thing wrong with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <tokenstore/error.hpp>
#include <tokenstore/options.hpp>
#include <tokenstore/outcomes.hpp>
#include <tokenstore/token.hpp>

namespace tokenstore::model {

inline constexpr std::size_t max_device_id_bytes = 255;
inline constexpr std::size_t max_device_name_characters = 100;
inline constexpr std::size_t max_ip_address_bytes = 45;

/// 9999-12-31T23:59:59.999999Z: the last moment that the text forms can write.
inline constexpr std::int64_t latest_time_us = 253402300799999999;
/// 0001-01-01T00:00:00Z: the first one.
inline constexpr std::int64_t earliest_time_us = -62135596800000000;

/// The device fields and the address. Messages name the field and the limit, never the value.
[[nodiscard]] std::optional<Error> check_device(const std::optional<std::string>& device_id,
                                                const std::optional<std::string>& device_name,
                                                const std::optional<std::string>& ip_address);

/// The expiry: not before the epoch, at most `longest_lifetime_us` ahead.
[[nodiscard]] std::optional<Error> check_expiry(std::int64_t expires_at_us, std::int64_t now_us,
                                                std::int64_t longest_lifetime_us);

/// A row to import: the limits above, and every time within the years 1 to 9999.
[[nodiscard]] std::optional<Error> check_import(const Token& token, std::int64_t now_us,
                                                std::int64_t longest_lifetime_us);

[[nodiscard]] std::optional<Error> check_page(const SessionPageRequest& page);

[[nodiscard]] std::optional<Error> check_options(const Options& options);

}  // namespace tokenstore::model
