// SHA-256 for token hashes, the hottest computation of a look-up.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tokenstore::base {

/// Any thread; the calls of one thread share a context, so after a thread's first call nothing is allocated here.
/// (OpenSSL 3.0 renews 112 bytes inside the context for each digest; no call of EVP avoids that.)
/// Ends the program if OpenSSL cannot hash (no memory, no SHA-256 in the loaded providers): every other answer would be
/// a wrong hash, which looks up or stores the wrong token.
/// Not to be called from destructors of static or thread_local objects: the thread's context may be gone.
void sha256(std::string_view bytes, std::array<std::uint8_t, 32>& digest) noexcept;

}  // namespace tokenstore::base
