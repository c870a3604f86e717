#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "base/fork_guard.hpp"

namespace tokenstore::base {

Result<void> fill_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const std::size_t step = std::min<std::size_t>(out.size(), INT_MAX);  // OpenSSL counts in int
        ERR_set_mark();
        const bool filled = RAND_priv_bytes(out.data(), static_cast<int>(step)) == 1;
        ERR_pop_to_mark();  // the error queue is the host's: leave none of ours in it
        if (!filled) {
            return Error{ErrorCode::random_unavailable, WriteState::nothing_written,
                         "OpenSSL's random generator gave no bytes"};
        }
        out = out.subspan(step);
    }
    return {};
}

Result<void> fill_random_for_id(std::span<std::uint8_t, 8> out) {
    struct Ahead {
        std::array<std::uint8_t, 512> bytes{};
        std::size_t left = 0;  // the last so many bytes are unused
        std::uint64_t generation = 0;
    };
    thread_local Ahead ahead;

    // A child inherits the buffer; if it used it, its ids could be those of its parent.
    if (ahead.left == 0 || ahead.generation != fork_generation()) {
        ahead.left = 0;
        if (auto filled = fill_random(ahead.bytes); !filled) return filled;
        ahead.left = ahead.bytes.size();
        ahead.generation = fork_generation();
    }
    const std::span unused = std::span(ahead.bytes).last(ahead.left);
    std::ranges::copy(unused.first(out.size()), out.begin());
    ahead.left -= out.size();
    return {};
}

}  // namespace tokenstore::base
