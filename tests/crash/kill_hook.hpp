// Ends the process at the point that an order names, from the thread that comes by, while all others run on.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

#include "crash/kill_point.hpp"
#include "crash/ledger.hpp"
#include "support/hooked_file_system.hpp"

namespace tokenstore::test {

class KillHook final : public IoHook {
public:
    /// The order is the one in `pages`, where the stage is noted, too, and that the point was reached.
    KillHook(LedgerPages& pages, bool is_made) : pages_(pages), is_made_(is_made) {}

    IoFault before(const Io& io) override;
    void after(const Io& io) override;

private:
    [[nodiscard]] Work current_work() const;
    [[noreturn]] void die();

    LedgerPages& pages_;
    bool is_made_;
    std::atomic<std::uint64_t> times_{0};
};

}  // namespace tokenstore::test
