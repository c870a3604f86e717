// Random bytes from OpenSSL's generator for private values. Any thread; the child of a fork draws bytes of its own.
#pragma once

#include <cstdint>
#include <span>

#include <tokenstore/error.hpp>

namespace tokenstore::base {

/// Fills `out` whole with bytes that nobody can guess. On an error the content of `out` is not to be used.
/// Error: random_unavailable.
[[nodiscard]] Result<void> fill_random(std::span<std::uint8_t> out);

/// The same for what has to be unique but is no secret. The bytes are drawn ahead into a buffer of the thread, which
/// spares most calls the way to the generator (about 700 ns): not for tokens or keys. Error: random_unavailable.
[[nodiscard]] Result<void> fill_random_for_id(std::span<std::uint8_t, 8> out);

}  // namespace tokenstore::base
