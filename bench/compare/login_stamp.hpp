// The order of logins, for the participants that do not make one themselves: a time in microseconds that is drawn once
// for each chain and only grows, and the UUIDv7 of it. Any thread.
#pragma once

#include <cstdint>

#include <tokenstore/ids.hpp>

namespace tokenstore::bench {

[[nodiscard]] std::int64_t next_login_stamp_us();

/// The id that stands for a login; ids sort as their stamps do.
[[nodiscard]] TokenId id_of_login(std::int64_t stamp_us);

}  // namespace tokenstore::bench
