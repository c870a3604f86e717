#include "compare/login_stamp.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/uuid_v7.hpp"
#include "compare/mix.hpp"

namespace tokenstore::bench {

std::int64_t next_login_stamp_us() {
    static std::atomic<std::int64_t> last{0};
    auto seen = last.load(std::memory_order_relaxed);
    std::int64_t next = 0;
    do {
        next = std::max(seen + 1, system_clock().wall_us());
    } while (!last.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return next;
}

TokenId id_of_login(std::int64_t stamp_us) {
    TokenId id;
    const auto rest = mix(static_cast<std::uint64_t>(stamp_us));
    std::memcpy(id.bytes.data() + 8, &rest, sizeof rest);
    base::stamp_uuid_v7(id.bytes, stamp_us);
    return id;
}

}  // namespace tokenstore::bench
