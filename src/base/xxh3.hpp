// XXH3, the fast hash behind record checksums and lock striping. No defence against somebody who picks the input:
// secrets and lookups by secrets go through SHA-256. Pure; any thread. The values of xxh3_64 stand on disk.
#pragma once

#include <cstdint>
#include <string_view>

// The only file that sees xxHash: its functions are compiled in, so that no call and no library stands in the way.
#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

namespace tokenstore::base {

[[nodiscard]] inline std::uint64_t xxh3_64(std::string_view bytes, std::uint64_t seed = 0) noexcept {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// The same digest of bytes that come piece by piece.
class Xxh3Stream {
public:
    Xxh3Stream() noexcept { XXH3_64bits_reset(&state_); }

    void add(std::string_view bytes) noexcept { XXH3_64bits_update(&state_, bytes.data(), bytes.size()); }
    [[nodiscard]] std::uint64_t value() const noexcept { return XXH3_64bits_digest(&state_); }

private:
    XXH3_state_t state_{};
};

}  // namespace tokenstore::base
